"""`python -m tests.chaos` starts a platform, hurts it, and says what it kept of its promises."""

import argparse
import asyncio
import tempfile
import time
from pathlib import Path

from tests.chaos import cluster, faults
from tests.chaos.controls import CONTROLS, modules
from tests.chaos.scenario import Scenario, controlled, play


def main() -> int:
    asked = _parser().parse_args()
    scenario = controlled(asked.control, seed=asked.seed) if asked.control else _wanted(asked)
    folder = Path(tempfile.mkdtemp(prefix="chaos-"))
    return asyncio.run(_run(scenario, folder, asked.control, refusing=asked.refusing))


async def _run(scenario: Scenario, folder: Path, control: str | None, *, refusing: bool) -> int:
    layout = cluster.Layout(
        proxied=faults.links_of(scenario.faults),
        clocked=faults.clocks_of(scenario.faults),
        keeps_ports=not refusing,
        modules=modules(control) if control else {},
    )
    begun = time.monotonic()

    def say(text: str) -> None:
        print(f"{time.monotonic() - begun:6.1f} s  {text}", flush=True)

    say(f"starting; logs and data are in {folder}")
    async with cluster.running(folder, layout, say=say) as platform:
        say(f"ready; seed {scenario.seed} means:")
        for step in scenario.steps(platform):
            print(f"          {step.pause:4.1f} s later: {step.fault}")
        verdict = await play(platform, scenario, say=say)
    print(verdict)
    return 0 if verdict.passed else 1


def _wanted(asked: argparse.Namespace) -> Scenario:
    return Scenario(
        faults=[faults.parse(each) for each in asked.faults],
        rounds=asked.rounds,
        seed=asked.seed,
        senders=asked.senders,
        clients=asked.clients,
        rooms=asked.rooms,
        stalled=asked.stalled,
        size=asked.size,
        pause=(asked.pause[0], asked.pause[1]),
        slowest=asked.slowest,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.chaos",
        description=__doc__,
        epilog=f"Faults:\n{faults.FORMS}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--faults", nargs="+", default=["kill9:any"], metavar="FAULT", help="see below")
    add("--rounds", type=int, default=18, help="how many faults strike")
    add("--pause", nargs=2, type=float, default=(7, 15), metavar=("LEAST", "MOST"))
    add("--seed", type=int, default=1, help="which faults, where and when")
    add("--senders", type=int, default=4)
    add("--clients", type=int, default=4)
    add("--rooms", type=int, default=2)
    add("--stalled", type=int, default=0, help="clients that stop reading")
    add("--size", type=int, default=200, help="characters of a message")
    add("--slowest", type=float, help="seconds a delivery may take")
    add("--refusing", action="store_true", help="the ports of dead processes are closed")
    add("--control", choices=sorted(CONTROLS), help="break this on purpose, where it shows")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
