"""Somebody who writes one message after the other, and tries again until it is certain."""

import asyncio
import time
from collections.abc import Sequence

import httpx

from tests.chaos.history import History, Sending
from tests.chaos.people import Ids, Person
from tests.chaos.sockets import Lost, Refused, Socket

PATIENCE = 30.0
"""Seconds after which a sender gives up, and does not know."""
_GIVES_UP_AT_ONCE = 0.1
"""Share of the messages that are not tried again: their outcome stays unknown."""
_AGAIN_AFTER = 0.1


class Unsure(Exception):  # noqa: N818 - nobody's error
    """It may have happened or not."""


class Sender:
    """Writes to its rooms in turn until told to stop."""

    def __init__(
        self,
        person: Person,
        rooms: Sequence[str],
        history: History,
        *,
        by_socket: bool,
        per_second: float,
        size: int = 200,
    ) -> None:
        """`per_second` is the most it writes; `size` the characters of each message."""
        self._person = person
        self._rooms = rooms
        self._history = history
        self._ids = Ids(person.name)
        self._socket = Socket(person) if by_socket else None
        self._pause = 1 / per_second
        self._size = size

    async def run(self, stop: asyncio.Event) -> None:
        """Write until `stop` is set and the last message is certain or given up."""
        talking = asyncio.create_task(self._socket.run()) if self._socket else None
        try:
            number = 0
            while not stop.is_set():
                begun = time.monotonic()
                await self._write(self._rooms[number % len(self._rooms)])
                number += 1
                await asyncio.sleep(max(0.0, begun + self._pause - time.monotonic()))
        finally:
            if talking:
                talking.cancel()

    async def _write(self, room: str) -> None:
        client_id = self._ids.next()
        text = f"{client_id} ".ljust(self._size, "·")
        sending = self._history.invoke(self._person.name, room, client_id, text)
        patience = 0.0 if self._person.chance.random() < _GIVES_UP_AT_ONCE else PATIENCE
        while True:
            sending.tries += 1
            try:
                return sending.acked(await self._say(sending))
            except Refused as refused:
                if not refused.passes:
                    return sending.failed()
            except Unsure:
                pass
            if time.monotonic() > sending.invoked + patience:
                return sending.given_up()
            await asyncio.sleep(_AGAIN_AFTER)

    async def _say(self, sending: Sending) -> int:
        """One try; returns the number. Raises `Unsure` or `Refused`."""
        if self._socket is not None:
            return await self._say_by_socket(self._socket, sending)
        body = {"roomId": sending.room, "message": sending.text, "clientId": sending.client_id}
        try:
            answer = await self._person.ask("POST", "/api/chat/message", body)
        except httpx.TransportError as lost:
            raise Unsure from lost
        if answer.is_success:
            return int(answer.json()["seq"])
        raise Refused(answer.json())

    async def _say_by_socket(self, socket: Socket, sending: Sending) -> int:
        await socket.is_open.wait()
        try:
            answer = await socket.ask(
                "chatMessage",
                roomId=sending.room,
                message=sending.text,
                clientId=sending.client_id,
            )
        except Lost as lost:
            raise Unsure from lost
        return int(answer["seq"])
