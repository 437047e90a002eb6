"""People write and follow while faults strike; afterwards everything is compared."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from common import mongo
from tests.chaos import checker, faults
from tests.chaos.checker import CONVERGE_WITHIN, Verdict
from tests.chaos.cluster import Cluster
from tests.chaos.controls import CONTROLS
from tests.chaos.faults import Fault, Step
from tests.chaos.follower import Follower
from tests.chaos.history import Entry, History, Truth
from tests.chaos.nemesis import Nemesis
from tests.chaos.people import Person
from tests.chaos.sender import Sender
from tests.chaos.sockets import stall

_LEAD = 2.0
"""Seconds of quiet before the first fault's pause and after the last fault."""


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """Who does what for how long; with the same seed the same faults in the same order."""

    faults: Sequence[Fault]
    rounds: int
    seed: int
    senders: int = 4
    """Every second one writes by its socket, the others by REST."""
    clients: int = 4
    """Every second one is in the rooms' calls, the others follow."""
    rooms: int = 2
    stalled: int = 0
    """Clients besides that follow and then read nothing."""
    per_second: float = 16.0
    """Messages of one sender; a socket may send 20 frames."""
    size: int = 200
    pause: tuple[float, float] = (7.0, 15.0)
    """Least and most seconds between two faults."""
    slowest: float | None = None
    """Seconds a delivery may take at most; None where faults make it slow."""

    def steps(self, cluster: Cluster) -> list[Step]:
        return faults.schedule(
            self.faults,
            rounds=self.rounds,
            seed=self.seed,
            processes=cluster.processes,
            links=list(cluster.links),
            pause=self.pause,
        )


def controlled(name: str, *, seed: int) -> Scenario:
    """The scenario in which a negative control shows."""
    control = CONTROLS[name]
    also: dict[str, Any] = dict(control.also)
    struck = [faults.parse(each) for each in control.faults]
    return Scenario(faults=struck, rounds=control.rounds, seed=seed, pause=(2, 4), **also)


async def play(
    cluster: Cluster, scenario: Scenario, *, say: Callable[[str], None] = lambda _: None
) -> Verdict:
    """Run a scenario on a cluster that is whole, and leave it whole."""
    stage = _Stage(cluster, scenario)
    async with asyncio.TaskGroup() as background:
        readers = [background.create_task(each) for each in await stage.readers()]
        try:
            await stage.all_show_everything(within=CONVERGE_WITHIN)
            stop = asyncio.Event()
            writing = asyncio.gather(*(each.run(stop) for each in stage.senders))
            await asyncio.sleep(_LEAD)
            await Nemesis(cluster, say=say, struck=stage.history.struck).run(
                scenario.steps(cluster)
            )
            healed = time.monotonic()
            await asyncio.sleep(_LEAD)
            stop.set()
            await writing
            converged = await stage.all_show_everything(within=CONVERGE_WITHIN)
            verdict = checker.check(
                stage.history,
                await stage.truth(),
                converged=converged - healed if converged else None,
                slowest=scenario.slowest,
            )
        finally:
            for task in readers:
                task.cancel()
    await stage.clear()
    await cluster.ready()
    return verdict


class _Stage:
    """The people of one run, their rooms and what they saw."""

    def __init__(self, cluster: Cluster, scenario: Scenario) -> None:
        self.history = History()
        self.senders: list[Sender] = []
        self._cluster = cluster
        self._scenario = scenario
        self._people: list[Person] = []
        self._followers: list[Follower] = []
        self._rooms: list[str] = []

    async def readers(self) -> list[Coroutine[Any, Any, None]]:
        """Everybody who reads, as coroutines to be run; makes the people and the rooms."""
        wanted = self._scenario
        names = [f"client-{n + 1}" for n in range(wanted.clients)]
        names += [f"sender-{n + 1}" for n in range(wanted.senders)]
        names += [f"stalled-{n + 1}" for n in range(wanted.stalled)]
        self._people = await asyncio.gather(
            *(Person.registered(self._cluster, each, seed=wanted.seed) for each in names)
        )
        host, *others = self._people
        self._rooms = [await host.opens_a_room(*others) for _ in range(wanted.rooms)]
        readers = self._people[: wanted.clients]
        writers = self._people[wanted.clients :][: wanted.senders]
        self._followers = [
            Follower(
                each.name,
                each,
                self._rooms,
                self.history,
                way="joinRoom" if number % 2 else "followRoom",
            )
            for number, each in enumerate(readers)
        ]
        self.senders = [
            Sender(
                each,
                self._rooms,
                self.history,
                by_socket=number % 2 == 1,
                per_second=wanted.per_second,
                size=wanted.size,
            )
            for number, each in enumerate(writers)
        ]
        stalled = self._people[wanted.clients + wanted.senders :]
        return [
            *(each.run() for each in self._followers),
            *(stall(each, self._rooms[0]) for each in stalled),
        ]

    async def all_show_everything(self, *, within: float) -> float | None:
        """When every client shows all that is stored; None when that does not happen."""
        deadline = time.monotonic() + within
        lengths = {room: len(await self._stored(room)) for room in self._rooms}
        while time.monotonic() < deadline:
            if all(
                each.shows(room) >= count and each.socket.is_open.is_set()
                for each in self._followers
                for room, count in lengths.items()
            ):
                return time.monotonic()
            await asyncio.sleep(0.05)
        return None

    async def truth(self) -> Truth:
        """What is stored, and what the history tells, once all is quiet."""
        return Truth(
            stored={room: await self._stored(room) for room in self._rooms},
            told={room: await self._people[0].history_of(room) for room in self._rooms},
        )

    async def _stored(self, room: str) -> list[Entry]:
        client = mongo.connect(self._cluster.mongo_url)
        found = client["chat"]["messages"].find({"room_id": room}).sort("_id", mongo.ASCENDING)
        entries = [Entry(each["seq"], each["client_id"], each["message"]) async for each in found]
        client.close()
        return entries

    async def clear(self) -> None:
        for person in self._people:
            await person.leaves()
