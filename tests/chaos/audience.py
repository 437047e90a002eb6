"""Many clients in one room, and how long each takes to be back after it was lost."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from common import mongo
from common.testing import eventually
from tests.chaos import checker
from tests.chaos.checker import Verdict
from tests.chaos.cluster import Cluster
from tests.chaos.follower import Follower
from tests.chaos.history import Entry, History, Truth
from tests.chaos.people import Person
from tests.chaos.sender import Sender

SOCKETS = 10
"""Of one person; a gateway takes twice as many, and after a fault one may have them all."""
TOGETHER_WITHIN = 120.0
_LOOK_EVERY = 0.02
_QUIET = 2.0
"""Seconds without a change after which everybody has noticed."""


@dataclass
class Doors:
    """The gateways clients are sent to: what a load balancer in front of them knows."""

    gateways: list[str]


@dataclass
class Audience:
    """Clients who all follow `room` while one more person writes there."""

    cluster: Cluster
    doors: Doors
    host: Person
    room: str
    history: History = field(default_factory=History)
    clients: list[Follower] = field(default_factory=list)

    async def comes(self, size: int) -> None:
        """Make the clients; several belong to one person."""
        people = await asyncio.gather(
            *(
                Person.registered(self.doors, f"audience-{number}")
                for number in range(-(-size // SOCKETS))
            )
        )
        for person in people:
            await person.insist("POST", f"/api/rooms/{self.room}/join")
        self.clients = [
            Follower(f"client-{number}", people[number // SOCKETS], [self.room], self.history)
            for number in range(size)
        ]

    @asynccontextmanager
    async def talking(self, *, per_second: float) -> AsyncIterator[None]:
        """Somebody has begun to write, and does for as long as the block lasts."""
        stop = asyncio.Event()
        sender = Sender(
            self.host, [self.room], self.history, by_socket=False, per_second=per_second
        )
        writing = asyncio.create_task(sender.run(stop))
        try:
            await eventually(self._was_answered, within=TOGETHER_WITHIN)
            yield
        finally:
            stop.set()
            await writing

    async def together(self, *, within: float = TOGETHER_WITHIN) -> float | None:
        """How many seconds it takes until everybody is connected and shows all there is."""
        begun = time.monotonic()
        newest = len(await self.stored())
        while time.monotonic() < begun + within:
            if all(self._is_back(each, newest) for each in self.clients):
                return time.monotonic() - begun
            await asyncio.sleep(_LOOK_EVERY)
        return None

    async def lose(self, gateway: str, *, within: float = TOGETHER_WITHIN) -> Sequence[float]:
        """Kill a gateway; how many seconds each of its clients takes until it is back.

        Back is who is connected and shows all that was acknowledged before the kill.
        """
        before = {each: each.socket.closes.total() for each in self.clients}
        newest = max((each.seq or 0 for each in self.history.sendings), default=0)
        self.doors.gateways.remove(self.cluster.gateways[int(gateway.rpartition("-")[2]) - 1])
        self.cluster.signal(gateway, signal.SIGKILL)
        killed = time.monotonic()
        changed = killed
        times: dict[Follower, float] = {}
        lost: set[Follower] = set()
        while (now := time.monotonic()) < killed + within:
            gone = {each for each in before if each.socket.closes.total() > before[each]}
            back = {each for each in gone - times.keys() if self._is_back(each, newest)}
            if back or gone != lost:
                changed = now
            lost = gone
            times |= dict.fromkeys(back, now - killed)
            if lost and len(times) == len(lost) and now > changed + _QUIET:
                break
            await asyncio.sleep(_LOOK_EVERY)
        return [times.get(each, within) for each in lost]

    async def judged(self) -> Verdict:
        """Compare what everybody shows with what is stored."""
        converged = await self.together()
        stored = await self.stored()
        told = await self.host.history_of(self.room)
        truth = Truth(stored={self.room: stored}, told={self.room: told})
        return checker.check(self.history, truth, converged=converged)

    async def stored(self) -> Sequence[Entry]:
        """The room's messages as MongoDB has them."""
        client = mongo.connect(self.cluster.mongo_url)
        found = client["chat"]["messages"].find({"room_id": self.room}).sort("_id", mongo.ASCENDING)
        entries = [Entry(each["seq"], each["client_id"], each["message"]) async for each in found]
        client.close()
        return entries

    async def _was_answered(self) -> bool:
        return any(each.outcome == "ok" for each in self.history.sendings)

    def _is_back(self, client: Follower, newest: int) -> bool:
        return client.socket.is_open.is_set() and client.shows(self.room) >= newest


@asynccontextmanager
async def gathered(cluster: Cluster, size: int) -> AsyncIterator[Audience]:
    """A audience of this size, all connected; leaves the cluster whole."""
    doors = Doors(list(cluster.gateways))
    host = await Person.registered(doors, "host")
    audience = Audience(cluster, doors, host, await host.opens_a_room())
    await audience.comes(size)
    running = [asyncio.create_task(each.run()) for each in audience.clients]
    try:
        assert await audience.together() is not None, "the audience does not come together"
        yield audience
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        for person in {each.person for each in audience.clients} | {host}:
            await person.leaves()
        await cluster.ready()
