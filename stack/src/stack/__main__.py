"""The command line: `stack run`, `status`, `stop`, `restart`, `admin` and `reset`."""

import argparse

from stack import admin, run, status, terminal
from stack.trouble import Trouble


def main() -> int:
    asked = _parser().parse_args()
    try:
        match asked.command:
            case "run":
                run.run()
            case "status":
                return 0 if status.show() else 1
            case "stop":
                status.stop()
            case "restart":
                status.restart(asked.names)
            case "admin":
                return admin.promote(asked.email)
            case "reset":
                status.reset(sure=asked.yes)
    except Trouble as trouble:
        terminal.complain(trouble)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="stack", description="Runs the whole of ConvoConnect on this machine."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run", help="start everything and watch over it; Ctrl-C stops it")
    commands.add_parser("status", help="show what runs")
    commands.add_parser("stop", help="stop what another terminal runs")
    restart = commands.add_parser("restart", help="replace what runs, one part after the other")
    restart.add_argument("names", nargs="*", help="services, or gateway; all when none is named")
    promoted = commands.add_parser("admin", help="make somebody an administrator")
    promoted.add_argument("email", help="email or username of the person")
    reset = commands.add_parser("reset", help="delete all data, after stopping")
    reset.add_argument("--yes", action="store_true", help="do not ask")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
