"""`python -m bench.media` measures all sides, round by round in turn, and prints a table."""

import argparse
import os
import tempfile
from pathlib import Path

from bench.media import profiles, report, servers
from bench.media.loads import LOADS
from bench.media.measure import Figures, How, measured


def main() -> None:
    given = _arguments()
    how = How(given.seconds, given.processes, tells_arrivals=given.feedback, is_even=given.even)
    load_average = os.getloadavg()
    found: dict[tuple[str, str], list[Figures]] = {}
    with (
        tempfile.TemporaryDirectory(prefix="bench-media-") as folder,
        servers.sides(
            Path(folder),
            tuple(given.sides),
            broker=given.broker,
            wrapped=profiles.command(given.profile),
        ) as sides,
    ):
        for number in range(given.rounds):
            for name in given.only:
                for side, runs in sides.items():
                    figures = measured(runs, LOADS[name], how)
                    found.setdefault((name, side), []).append(figures)
                    where = f"round {number + 1} of {given.rounds}, {name}, {servers.NAMES[side]}"
                    print(f"{where}: {figures}", flush=True)
    print(report.told(found, load_average))
    print(profiles.told(given.profile), end="")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.media", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="of each load and side, in turn")
    parser.add_argument("--seconds", type=float, default=8.0, help="of each measurement")
    parser.add_argument("--only", choices=LOADS, nargs="*", default=[*LOADS], help="these loads")
    parser.add_argument("--sides", choices=servers.NAMES, nargs="*", default=[*servers.NAMES])
    parser.add_argument("--processes", type=int, default=1, help="that are the clients")
    parser.add_argument("--feedback", action="store_true", help="clients answer with TWCC")
    parser.add_argument("--even", action="store_true", help="no bursts: packets one by one")
    parser.add_argument("--profile", type=Path, help="write where our worker spends its time")
    parser.add_argument("--broker", help="address of a RabbitMQ; otherwise a private one is run")
    return parser.parse_args()


if __name__ == "__main__":
    main()
