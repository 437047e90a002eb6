"""`python -m tests.chaos.resumption`: clients that were cut off show what the others show.

Each run is a room in which 500 things happen while one of its clients is cut off for 5, 20
or 60 s and processes die. Afterwards it must show exactly what a client shows that was
never cut off, and what one shows that has just come.
"""

import argparse
import asyncio
import random
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from common import mongo
from common.testing import eventually
from tests.chaos import checker, cluster, faults
from tests.chaos.cluster import Cluster
from tests.chaos.crowd import Crowd
from tests.chaos.history import Entry, History, Truth
from tests.chaos.nemesis import Nemesis
from tests.chaos.people import Person
from tests.chaos.proxy import Proxy, Trouble
from tests.chaos.resident import Resident, agree

CUTS = (5.0, 20.0, 60.0)
KILLS = [
    faults.parse(f"kill9:{name}") for name in ("chat", "signaling", "rooms", "gateway", "rabbitmq")
]
AGREE_WITHIN = 60.0
"""Seconds: processes go on dying for the sake of the other rooms."""
_AT_REST = 4.0
"""Seconds without anything new; gateways look every two for what they were not told."""
_LEAD = 3.0
"""Seconds a run goes on before the cut and after it."""


@dataclass(frozen=True, slots=True)
class Run:
    """One room; the same seed cuts the same way."""

    seed: int
    cut: float
    trouble: Trouble
    events: int = 500

    @classmethod
    def drawn(cls, seed: int, *, events: int = 500) -> "Run":
        chance = random.Random(seed)
        ways: Sequence[Trouble] = ("blackhole", "mute")
        return cls(seed, CUTS[seed % len(CUTS)], chance.choice(ways), events)

    def __str__(self) -> str:
        return f"seed {self.seed}: {self.cut:g} s {self.trouble}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended."""

    run: Run
    broken: Sequence[str]
    """Empty when it passed."""
    events: int
    hash: str
    sockets: int
    """How often the client that was cut off had to connect."""
    took: float

    def __str__(self) -> str:
        verdict = "; ".join(self.broken) or "same"
        return (
            f"{self.run}: {self.events} events, {self.sockets} sockets, {self.hash}, "
            f"{self.took:.0f} s: {verdict}"
        )


@dataclass(frozen=True, slots=True)
class Line:
    """The lines of one client to all gateways."""

    proxies: Sequence[Proxy]

    @property
    def gateways(self) -> list[str]:
        return [f"http://127.0.0.1:{each.port}" for each in self.proxies]

    async def cut(self, seconds: float, trouble: Trouble) -> None:
        for each in self.proxies:
            each.suffer(trouble)
        try:
            await asyncio.sleep(seconds)
        finally:
            for each in self.proxies:
                each.heal()


@asynccontextmanager
async def line_to(platform: Cluster) -> AsyncIterator[Line]:
    """Lines that can be cut without anybody else noticing."""
    ports = [int(each.rpartition(":")[2]) for each in platform.gateways]
    proxies = [Proxy(f"line-{port}", port) for port in ports]
    for each in proxies:
        await each.__aenter__()
    try:
        yield Line(proxies)
    finally:
        for each in proxies:
            await each.__aexit__()


@dataclass(frozen=True, slots=True)
class Cast:
    """Who takes part in a run: three who are busy, three who watch."""

    host: Person
    talker: Person
    visitor: Person
    steady: Person
    cut: Person
    """Whose line is `line`."""
    late: Person
    line: Line

    @property
    def people(self) -> Sequence[Person]:
        return self.host, self.talker, self.visitor, self.steady, self.cut, self.late


@asynccontextmanager
async def cast_of(platform: Cluster, seed: int) -> AsyncIterator[Cast]:
    """People with accounts, for one run after the other."""
    async with line_to(platform) as line:
        names = ("host", "talker", "visitor", "steady", "cut", "late")
        people = [
            await Person.registered(line if each == "cut" else platform, each, seed=seed)
            for each in names
        ]
        host, talker, visitor, steady, cut, late = people
        yield Cast(host, talker, visitor, steady, cut, late, line)
        for each in people:
            await each.leaves()


async def play(platform: Cluster, cast: Cast, run: Run, *, asks: bool = True) -> Outcome:
    """One run on a platform that somebody may be hurting; without `asks` it must fail."""
    begun = time.monotonic()
    for each in cast.people:
        await each.sign_in()
    room = await cast.host.opens_a_room(cast.talker, cast.steady, cast.cut, cast.late)
    history = History()
    crowd = Crowd(
        *(cast.host, cast.talker, cast.visitor, room, history),
        seed=run.seed,
        most=run.events,
        per_second=run.events / max(30.0, run.cut + 2 * _LEAD),
    )
    async with (
        Resident("steady", cast.steady, room) as watching,
        Resident("cut", cast.cut, room, asks=asks) as resuming,
    ):
        async with asyncio.TaskGroup() as group:
            group.create_task(crowd.run())
            await asyncio.sleep(_LEAD)
            await cast.line.cut(run.cut, run.trouble)
        async with Resident("late", cast.late, room) as fresh:
            three = (watching, resuming, fresh)
            await _settled(platform, cast.host, room)
            broken = [*await _differences(three), *await _complaints(platform, history, three)]
            took, sockets = time.monotonic() - begun, resuming.counts["sockets"]
            return Outcome(run, broken, crowd.count, fresh.hash, sockets, took)


async def _settled(platform: Cluster, person: Person, room: str) -> None:
    """Wait until nothing is under way any more; what is wrong then is found by others.

    A message whose answer was lost with its process may be stored a moment later.
    """

    since, last = time.monotonic(), Truth({}, {})

    async def is_at_rest() -> bool:
        nonlocal since, last
        truth = await _truth(platform, person, room)
        if truth != last:
            since, last = time.monotonic(), truth
        return time.monotonic() - since > _AT_REST

    with suppress(AssertionError):
        await eventually(is_at_rest, within=AGREE_WITHIN, every=0.5)


async def _complaints(platform: Cluster, history: History, three: Sequence[Resident]) -> list[str]:
    """What is wrong with the messages they show, beside what was acknowledged and is stored."""
    for each in three:
        _show(history, each)
    truth = await _truth(platform, three[0].person, three[0].room)
    verdict = checker.check(history, truth, converged=0.0)
    found = [f"{promise}: {said[0]}" for promise, said in verdict.broken.items()]
    return found + [said for each in three for said in each.doubts]


async def _differences(three: Sequence[Resident]) -> list[str]:
    try:
        if await agree(*three, within=AGREE_WITHIN):
            return []
    except AssertionError as differ:
        return [str(differ)]
    return [f"not within {AGREE_WITHIN:g} s: {[(each.name, each.numbers) for each in three]}"]


def _show(history: History, client: Resident) -> None:
    for each in client.streams["chat"].state:
        entry = Entry(each["seq"], each["clientId"] or "", each["message"])
        history.show(client.name, client.room, entry)


async def _truth(platform: Cluster, person: Person, room: str) -> Truth:
    client = mongo.connect(platform.mongo_url)
    found = client["chat"]["messages"].find({"room_id": room}).sort("_id", mongo.ASCENDING)
    stored = [Entry(each["seq"], each["client_id"], each["message"]) async for each in found]
    client.close()
    return Truth({room: stored}, {room: await person.history_of(room)})


@asynccontextmanager
async def killing(
    platform: Cluster, *, seed: int, say: Callable[[str], None] = lambda _: None
) -> AsyncIterator[None]:
    """Processes die all the while; the platform is whole again after the block."""
    steps = faults.schedule(
        KILLS, rounds=1000, seed=seed, processes=platform.processes, pause=(6.0, 12.0)
    )
    running = asyncio.create_task(Nemesis(platform, say=say).run(steps))
    try:
        yield
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await platform.ready()


async def play_all(
    platform: Cluster, runs: Sequence[Run], *, parallel: int, seed: int, say: Callable[[str], None]
) -> list[Outcome]:
    """All runs, some at the same time, while processes die."""
    waiting = list(reversed(runs))
    outcomes: list[Outcome] = []

    async def play_some(cast: Cast) -> None:
        while waiting:
            outcomes.append(await play(platform, cast, waiting.pop()))
            say(str(outcomes[-1]))

    async with AsyncExitStack() as stack:
        casts = [
            await stack.enter_async_context(cast_of(platform, seed + number))
            for number in range(parallel)
        ]
        async with killing(platform, seed=seed, say=say), asyncio.TaskGroup() as group:
            for each in casts:
                group.create_task(play_some(each))
    return outcomes


async def _main(asked: argparse.Namespace) -> int:
    begun = time.monotonic()

    def say(text: str) -> None:
        print(f"{time.monotonic() - begun:6.1f} s  {text}", flush=True)

    folder = Path(tempfile.mkdtemp(prefix="resumption-"))
    say(f"starting; logs and data are in {folder}")
    async with cluster.running(folder, say=say) as platform:
        runs = [Run.drawn(asked.seed + number, events=asked.events) for number in range(asked.runs)]
        outcomes = await play_all(platform, runs, parallel=asked.parallel, seed=asked.seed, say=say)
    failed = [each for each in outcomes if each.broken]
    events = sum(each.events for each in outcomes)
    print(f"{len(outcomes) - len(failed)} of {len(outcomes)} runs the same; {events} events")
    for each in failed:
        print(each)
    return 1 if failed else 0


def main() -> int:
    parser = argparse.ArgumentParser("python -m tests.chaos.resumption", description=__doc__)
    add = parser.add_argument
    add("--runs", type=int, default=100)
    add("--parallel", type=int, default=10)
    add("--events", type=int, default=500, help="in each room")
    add("--seed", type=int, default=1, help="of the first run; the others follow")
    return asyncio.run(_main(parser.parse_args()))


if __name__ == "__main__":
    raise SystemExit(main())
