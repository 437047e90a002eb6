"""A client in the call of a room that shows its chat, its call and the room itself."""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any, Self

import httpx

from tests.chaos.fold import (
    STREAM_OF,
    Frame,
    Name,
    Stream,
    digest,
    shown_call,
    shown_message,
    shown_room,
)
from tests.chaos.people import Person
from tests.chaos.sockets import Lost, Refused, Socket

_AGAIN_AFTER = 0.4
_PAGE = 200


class Resident:
    """Comes back when its socket is lost, and then asks for what it lacks."""

    def __init__(
        self,
        name: str,
        person: Person,
        room: str,
        *,
        asks: bool = True,
    ) -> None:
        """Without `asks` it believes that events are all there is once it has begun."""
        self.name = name
        self.person = person
        self.room = room
        self.streams: dict[Name, Stream] = {
            "chat": Stream(0, []),
            "call": Stream(),
            "room": Stream(),
        }
        self.peer_id: str | None = None
        self.counts: Counter[str] = Counter()
        self.doubts: list[str] = []
        """Messages that were told in two ways."""
        self._asks = asks
        self.heard: Callable[[Frame], None] = lambda _: None
        """Told of each event of the room, once it is folded."""
        self._mending: asyncio.Task[None] | None = None
        self._lacks: set[Name] = set()
        self.socket = Socket(person, opened=self._opened, heard=self._hear)
        self._running: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._running = asyncio.create_task(self.socket.run())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._running is not None
        running = [each for each in (self._running, self._mending) if each is not None]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    @property
    def is_there(self) -> bool:
        """Whether it is connected and knows of nothing that it lacks."""
        mended = self._mending is not None and self._mending.done()
        whole = all(each.newest >= 0 and not each.has_hole for each in self.streams.values())
        return self.socket.is_open.is_set() and mended and whole

    @property
    def numbers(self) -> tuple[int, ...]:
        """How far it is in each stream."""
        return tuple(each.newest for each in self.streams.values())

    @property
    def hash(self) -> str:
        return digest({name: each.state for name, each in self.streams.items()})

    async def _opened(self) -> None:
        self.counts["sockets"] += 1
        self._lack("chat", "call", "room")

    def _hear(self, frame: Frame) -> None:
        if frame["type"] == "resync" and frame.get("roomId", self.room) == self.room:
            self.counts["resyncs"] += 1
            if self._asks:
                self._lack("chat", "call", "room")
        name = STREAM_OF.get(frame["type"])
        if name is None or frame["roomId"] != self.room:
            return
        stream = self.streams[name]
        if frame["seq"] <= stream.newest:
            self._compare(frame)
        if not self._asks and stream.newest >= 0:
            stream.newest = max(stream.newest, frame["seq"] - 1)
        stream.hear(frame)
        self.heard(frame)
        if stream.has_hole:
            self.counts["holes"] += 1
            self._lack(name)

    def _compare(self, frame: Frame) -> None:
        self.counts["duplicates"] += 1
        if frame["type"] == "chatMessage" and self._asks:
            known = self.streams["chat"].state[frame["seq"] - 1]
            if known != shown_message({**frame["data"], "seq": frame["seq"]}):
                self.doubts.append(f"{self.name}: {frame['seq']} is two messages")

    def _lack(self, *names: Name) -> None:
        self._lacks.update(names)
        if self._mending is None or self._mending.done():
            self._mending = asyncio.create_task(self._mend())

    async def _mend(self) -> None:
        """Ask until nothing is missing; when the socket is lost, what is left is asked anew."""
        while self._lacks:
            wanted, self._lacks = self._lacks, set()
            try:
                await self._ask(wanted)
            except (Lost, httpx.TransportError):
                self._lacks |= wanted
                await self.socket.is_open.wait()
            except Refused as refused:
                if not refused.passes:
                    raise
                self._lacks |= wanted
            if self._lacks:
                await asyncio.sleep(_AGAIN_AFTER * (0.5 + self.person.chance.random()))

    async def _ask(self, wanted: set[Name]) -> None:
        if wanted & {"call", "chat"}:
            await self._join()
        # After the join: from then on nothing that is told of the room is missed.
        if "room" in wanted and (self._asks or self.streams["room"].newest < 0):
            answer = await self.person.ask("GET", f"/api/rooms/{self.room}")
            if answer.status_code == httpx.codes.NOT_FOUND:
                self.streams["room"].begin(self.streams["room"].newest + 1, None)
                return
            if not answer.is_success:
                raise Refused({"status": answer.status_code})
            view = answer.json()
            self.streams["room"].begin(view["seq"], shown_room(view))

    async def _join(self) -> None:
        chat, call = self.streams["chat"], self.streams["call"]
        wanted: dict[str, Any] = {"roomId": self.room, "after": {"chat": chat.newest}}
        if self.peer_id is not None:
            wanted["peerId"] = self.peer_id
        told = await self.socket.ask("joinRoom", **wanted)
        self.peer_id = told["peerId"]
        if self._asks or call.newest < 0:
            call.begin(told["call"]["seq"], shown_call(told))
        if not self._asks:
            return
        while True:
            for message in told.get("chat", ()):
                chat.hear({"type": "chatMessage", "seq": message["seq"], "data": message})
            if chat.newest >= told.get("chatSeq", float("inf")):
                return
            after = {"chat": chat.newest}
            told = await self.socket.ask("followRoom", roomId=self.room, after=after)


async def agree(*residents: Resident, within: float) -> bool:
    """Whether they all come to show the same, and equally much of it.

    Raises:
        AssertionError: They have heard of the same events and show different things.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within
    while loop.time() < deadline:
        if all(each.is_there for each in residents) and len({r.numbers for r in residents}) == 1:
            hashes = {each.name: each.hash for each in residents}
            assert len(set(hashes.values())) == 1, f"{hashes} after {residents[0].numbers}"
            return True
        await asyncio.sleep(0.05)
    return False
