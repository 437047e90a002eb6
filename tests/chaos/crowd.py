"""People who keep a room busy: its call, its settings, who is in it, and what is said."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

import httpx

from common.testing import eventually
from tests.chaos.history import History
from tests.chaos.people import Person
from tests.chaos.sender import Sender
from tests.chaos.sockets import Lost, Refused, Socket, talking

Act = Callable[[], Awaitable[object]]
_AGAIN_AFTER = 0.2
_PATIENCE = 300.0
"""Seconds after which a platform in which nothing happens has failed."""


class Crowd:
    """Does things in one room until `most` of them have been acknowledged."""

    def __init__(
        self,
        host: Person,
        talker: Person,
        visitor: Person,
        room: str,
        history: History,
        *,
        seed: int,
        most: int,
        per_second: float,
    ) -> None:
        self._host = host
        self._talker = talker
        self._visitor = visitor
        self._room = room
        self._history = history
        self._chance = random.Random(seed)
        self._most = most
        self._pace = 3 / per_second
        """Seconds between the acts of each of the three who act; the rest is chat."""
        self._acts = 0
        self._over = asyncio.Event()

    @property
    def count(self) -> int:
        """How many changes were acknowledged so far."""
        return self._acts + sum(each.outcome == "ok" for each in self._history.sendings)

    async def run(self) -> None:
        """Returns when every message is certain or given up, and nobody of them is in the call."""
        chat = 1 / self._pace
        senders = [
            Sender(self._talker, [self._room], self._history, by_socket=True, per_second=chat),
            Sender(self._host, [self._room], self._history, by_socket=False, per_second=chat),
        ]
        async with AsyncExitStack() as stack, asyncio.TaskGroup() as group:
            phones = [await stack.enter_async_context(talking(self._talker)) for _ in range(2)]
            tablet = await stack.enter_async_context(talking(self._visitor))
            group.create_task(self._watch())
            for sender in senders:
                group.create_task(sender.run(self._over))
            group.create_task(self._keep(lambda: self._in_call(phones[0])))
            group.create_task(self._keep(self._with_settings))
            group.create_task(self._keep(lambda: self._in_and_out(tablet)))

    async def _watch(self) -> None:
        async def enough() -> bool:
            return self.count >= self._most

        await eventually(enough, within=_PATIENCE, every=0.1)
        self._over.set()

    async def _keep(self, act: Act) -> None:
        while not self._over.is_set():
            if await _acknowledged(act):
                self._acts += 1
            await asyncio.sleep(self._pace * (0.5 + self._chance.random()))

    async def _in_call(self, socket: Socket) -> None:
        """The talker joins, leaves, and changes what others see of them."""
        here = {"roomId": self._room}
        try:
            match self._chance.randrange(10):
                case 0:
                    await socket.ask("leaveRoom", **here)
                case 1 | 2 | 3:
                    await socket.ask(self._chance.choice(["raiseHand", "lowerHand"]), **here)
                case _:
                    what = self._chance.choice(["audio", "video", "screen"])
                    on = self._chance.random() < 0.5
                    await socket.ask("mediaState", **here, **{what: on})
        except Refused as refused:
            if refused.status != httpx.codes.NOT_FOUND:
                raise
            await socket.ask("joinRoom", **here, audio=True)

    async def _with_settings(self) -> None:
        """The host changes the room and invites people."""
        path = f"/api/rooms/{self._room}"
        if self._chance.random() < 0.3:
            new = [f"guest-{self._chance.getrandbits(40):x}"]
            await _certain(self._host, "POST", f"{path}/invitations", {"userIds": new})
        else:
            name = f"Chaos {self._chance.getrandbits(20)}"
            await _certain(self._host, "PATCH", path, {"roomName": name})

    async def _in_and_out(self, socket: Socket) -> None:
        """The visitor is admitted, is in the call, and leaves for good."""
        path = f"/api/rooms/{self._room}"
        match self._chance.randrange(4):
            case 0:
                await _certain(self._visitor, "POST", f"{path}/leave")
            case 1:
                name = f"Visitor {self._chance.randrange(5)}"
                await _certain(self._visitor, "POST", f"{path}/join", {"displayName": name})
            case _:
                await _certain(self._visitor, "POST", f"{path}/join")
                await socket.ask("joinRoom", roomId=self._room)


async def _certain(person: Person, method: str, path: str, body: object = None) -> None:
    """Raises `Refused`, or `TransportError` when it is not known whether it happened."""
    answer = await person.ask(method, path, body)
    if not answer.is_success:
        raise Refused(answer.json())


async def _acknowledged(act: Act) -> bool:
    try:
        await act()
    except (Lost, Refused, httpx.TransportError):
        await asyncio.sleep(_AGAIN_AFTER)
        return False
    return True
