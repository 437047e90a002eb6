"""A client that follows rooms and always shows their messages whole (docs/realtime.md)."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Literal

from tests.chaos.history import Conflict, Entry, History
from tests.chaos.people import Person, entry
from tests.chaos.sockets import Frame, Lost, Refused, Socket

_AGAIN_AFTER = 0.5


class Log:
    """What one client shows of one room."""

    def __init__(self, client: str, room: str, history: History) -> None:
        self.client = client
        self.room = room
        self.newest = 0
        self._history = history
        self._shown: dict[int, Entry] = {}
        self._ahead: dict[int, Entry] = {}
        """Came before something that is still missing."""

    @property
    def has_hole(self) -> bool:
        return bool(self._ahead)

    def take(self, arrived: Entry) -> None:
        """Show a message in its place; one that is there already is dropped."""
        known = self._shown.get(arrived.seq) or self._ahead.get(arrived.seq)
        if known is not None:
            self._history.counts["duplicates dropped"] += 1
            if known != arrived:
                self._history.conflicts.append(Conflict(self.client, self.room, known, arrived))
            return
        self._ahead[arrived.seq] = arrived
        while (following := self._ahead.pop(self.newest + 1, None)) is not None:
            self.newest += 1
            self._shown[self.newest] = following
            self._history.show(self.client, self.room, following)


class Follower:
    """A client called `name` that listens to `rooms`, or is in their calls."""

    def __init__(
        self,
        name: str,
        person: Person,
        rooms: Sequence[str],
        history: History,
        *,
        way: Literal["followRoom", "joinRoom"] = "followRoom",
    ) -> None:
        self.name = name
        self.person = person
        self.logs = {room: Log(name, room, history) for room in rooms}
        self.socket = Socket(person, opened=self._opened, heard=self._hear)
        self._way = way
        self._history = history
        self._peers: dict[str, str] = {}
        self._mending: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """For ever."""
        try:
            await self.socket.run()
        finally:
            for task in self._mending.values():
                task.cancel()

    def shows(self, room: str) -> int:
        """How many messages of the room are shown."""
        return self.logs[room].newest

    async def _opened(self) -> None:
        self._history.counts["sockets opened"] += 1
        for room in self.logs:
            self._catch_up(room, self._way)

    def _hear(self, frame: Frame) -> None:
        if frame["type"] == "resync":
            self._history.counts["resyncs"] += 1
            for room in [frame["roomId"]] if "roomId" in frame else self.logs:
                self._catch_up(room, "followRoom")
        elif frame["type"] == "chatMessage" and frame["roomId"] in self.logs:
            log = self.logs[frame["roomId"]]
            log.take(entry({**frame["data"], "seq": frame["seq"]}))
            if log.has_hole:
                self._mend(log)

    def _catch_up(self, room: str, way: str) -> None:
        if running := self._mending.pop(room, None):
            running.cancel()
        self._mending[room] = asyncio.create_task(self._ask_for_all(self.logs[room], way))

    async def _ask_for_all(self, log: Log, way: str) -> None:
        """Ask to hear a room until it is heard and nothing is missing; ends with the socket."""
        with suppress(Lost):
            while not await self._ask_once(log, way):
                await asyncio.sleep(_AGAIN_AFTER * (0.5 + self.person.chance.random()))
                way = "followRoom" if log.room in self._peers else way
            await self._fill(log)

    async def _ask_once(self, log: Log, way: str) -> bool:
        try:
            told = await self.socket.ask(way, **self._wanted(log, way))
        except Refused as refused:
            if not refused.passes:
                raise
            return False
        if "peerId" in told:
            self._peers[log.room] = told["peerId"]
        for message in told.get("chat", ()):
            log.take(entry(message))
        if "chatSeq" not in told:
            return False
        if log.newest < told["chatSeq"]:
            return await self._ask_once(log, "followRoom")
        return True

    def _wanted(self, log: Log, way: str) -> dict[str, Any]:
        wanted: dict[str, Any] = {"roomId": log.room, "after": {"chat": log.newest}}
        if way == "joinRoom" and log.room in self._peers:
            wanted["peerId"] = self._peers[log.room]
        return wanted

    def _mend(self, log: Log) -> None:
        running = self._mending.get(log.room)
        if running is None or running.done():
            self._history.counts["holes mended"] += 1
            self._mending[log.room] = asyncio.create_task(self._fill(log))

    async def _fill(self, log: Log) -> None:
        while log.has_hole:
            for missing in await self.person.messages_after(log.room, log.newest):
                log.take(missing)
