"""`python -m tests.chaos.kills`: every service dies again and again while all of them write.

Two die at a time, of different services, each at a random moment; the next one as soon as
they are back. What was acknowledged must be there, and every fact must have had its effect
in every service that reads it, once where it must not repeat.
"""

import argparse
import asyncio
import random
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from common.testing import eventually
from stack import supervisor
from stack.configuration import SERVICES
from tests.chaos import cluster, effects
from tests.chaos.cluster import Cluster
from tests.chaos.writes import Writes, written

AT_ONCE = 2
MOST_ALIVE = 1.0
"""Seconds a service lives at most between being ready and being killed."""
READY_WITHIN = 90.0
CONVERGE_WITHIN = 60.0
IN_ONE_ROUND = 4
"""Kills of each service between two checks."""


@dataclass
class Killed:
    """What the kills of one round led to."""

    kills: Counter[str] = field(default_factory=Counter)
    """By service."""
    acknowledged: int = 0
    unanswered: int = 0
    wrong: Sequence[str] = ()
    """Answers that were neither a success nor an honest refusal."""
    lost: Sequence[str] = ()
    """Acknowledged, and not there."""
    missing: Counter[str] = field(default_factory=Counter)
    """Effects of facts, after `CONVERGE_WITHIN`."""

    def __str__(self) -> str:
        verdict = [*self.lost, *(f"{count} {what}" for what, count in self.missing.items())]
        return (
            f"{self.kills.total()} kills, {self.acknowledged} acknowledged, "
            f"{self.unanswered} unanswered, {len(self.wrong)} answered otherwise"
            f"{self.wrong[:3] or ''}: {'; '.join(verdict) or 'all there'}"
        )


async def kill_each(platform: Cluster, *, kills: int, seed: int) -> Counter[str]:
    """Kill every service so often, whichever replica; returns when the last one is back."""
    chance = random.Random(seed)
    waiting = [service for service in SERVICES for _ in range(kills)]
    chance.shuffle(waiting)
    dying: set[str] = set()
    killed: Counter[str] = Counter()

    async def kill_some() -> None:
        while waiting:
            service = next((each for each in waiting if each not in dying), waiting[0])
            waiting.remove(service)
            dying.add(service)
            replicas = [n for n in platform.processes if n.rpartition("-")[0] == service]
            await asyncio.sleep(chance.uniform(0, MOST_ALIVE))
            await _kill(platform, chance.choice(replicas))
            killed[service] += 1
            dying.discard(service)

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(kill_some())
    return killed


async def _kill(platform: Cluster, name: str) -> None:
    """Returns when another process has taken the place of this one."""
    old = platform.pid(name)
    platform.signal(name, signal.SIGKILL)
    async with httpx.AsyncClient(timeout=5) as http:

        async def is_back() -> bool:
            if platform.pid(name) == old:
                return False
            try:
                return (await http.get(f"{platform.address(name)}/readyz")).is_success
            except httpx.TransportError:
                return False

        await eventually(is_back, within=READY_WITHIN, every=0.05)


async def play(platform: Cluster, *, kills: int, seed: int) -> Killed:
    """One round."""
    async with written(platform) as writes:
        killed = Killed(kills=await kill_each(platform, kills=kills, seed=seed))
        writes.rest()
        await at_rest(writes)
        killed.lost = await writes.lost()

        async def nothing_missing() -> bool:
            killed.missing = await effects.missing(platform.mongo_url)
            return not killed.missing

        with suppress(AssertionError):  # `missing` tells
            await eventually(nothing_missing, within=CONVERGE_WITHIN, every=0.5)
        outcomes = writes.outcomes
        killed.acknowledged = sum(len(each) for each in outcomes.succeeded.values())
        killed.unanswered = outcomes.unanswered.total()
        # Nobody here completes what they announce, and at some time that is enough.
        killed.wrong = [each for each in outcomes.wrong if "too-many-uploads" not in each]
        return killed


async def at_rest(writes: Writes) -> None:
    """Nothing is under way any more: the counts stand still for a while."""
    last: tuple[int, float] = (-1, 0.0)

    async def still() -> bool:
        nonlocal last
        outcomes = writes.outcomes
        count = sum(len(each) for each in outcomes.succeeded.values())
        count += outcomes.unanswered.total() + outcomes.refused.total() + len(outcomes.wrong)
        if count != last[0]:
            last = (count, time.monotonic())
        return time.monotonic() - last[1] > 3.0

    await eventually(still, within=60)


def trust_at_once() -> None:
    """Let the supervisor start again at once what is killed on purpose."""
    supervisor._HEALTHY_AFTER = 0.0


async def _main(asked: argparse.Namespace) -> int:
    begun = time.monotonic()

    def say(text: str) -> None:
        print(f"{time.monotonic() - begun:6.1f} s  {text}", flush=True)

    trust_at_once()
    folder = Path(tempfile.mkdtemp(prefix="kills-"))
    say(f"starting; logs and data are in {folder}")
    broken = 0
    async with cluster.running(folder) as platform:
        for number, kills in enumerate(_rounds(asked.kills)):
            killed = await play(platform, kills=kills, seed=asked.seed + number)
            broken += bool(killed.lost or killed.missing)
            say(f"seed {asked.seed + number}: {killed}")
    print("PASS" if not broken else f"FAIL: {broken} rounds")
    return 1 if broken else 0


def _rounds(kills: int) -> list[int]:
    whole, rest = divmod(kills, IN_ONE_ROUND)
    return [IN_ONE_ROUND] * whole + ([rest] if rest else [])


def main() -> int:
    parser = argparse.ArgumentParser("python -m tests.chaos.kills", description=__doc__)
    parser.add_argument("--kills", type=int, default=50, help="of each service")
    parser.add_argument("--seed", type=int, default=1)
    return asyncio.run(_main(parser.parse_args()))


if __name__ == "__main__":
    raise SystemExit(main())
