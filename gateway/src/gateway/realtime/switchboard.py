"""Every open socket of this process, and what the bus brings for each."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

import orjson
import structlog
from aio_pika.abc import AbstractIncomingMessage
from prometheus_client import Gauge
from pydantic import ValidationError

from common.events import SessionRevoked
from common.identity import LEEWAY
from common.problems import TooMany
from common.topology import LIVE
from gateway.fanout import keys_of
from gateway.realtime import protocol
from gateway.realtime.connection import Connection
from gateway.realtime.listeners import Listener, Listeners
from gateway.realtime.order import Fact, Order, Stream
from gateway.realtime.protocol import Close
from gateway.revocations import Revocations

log = structlog.get_logger()

PER_USER = 20
"""Sockets one person may have open."""

SOCKETS = Gauge("convo_gateway_sockets", "Open sockets.")

ENDINGS: dict[str, str | None] = {"participantRemoved": "userId", "roomDeleted": None}
"""Frames after which a room is heard no more, and the member that says by whom;
None is everybody."""


class TooManySockets(TooMany):
    code = "too-many-sockets"

    def __init__(self) -> None:
        super().__init__("You have too many windows or devices connected.")


class Switchboard:
    """Who is connected; shows frames, ends sessions."""

    def __init__(
        self, listeners: Listeners, order: Order, *, unheard: Callable[[Sequence[str]], None]
    ) -> None:
        """`unheard` is told which keys nobody hears any more."""
        self._listeners = listeners
        self._order = order
        self._unheard = unheard
        self._connections: dict[str, Connection] = {}
        self._by_user: defaultdict[str, set[Connection]] = defaultdict(set)
        self.revocations = Revocations(self.end_session)

    def enter(self, connection: Connection) -> None:
        """Raises `TooManySockets`."""
        mine = self._by_user[connection.user_id]
        if len(mine) >= PER_USER:
            raise TooManySockets
        mine.add(connection)
        self._connections[connection.id] = connection
        SOCKETS.set(len(self._connections))

    def leave(self, connection: Connection) -> None:
        """The socket hears nothing any more; doing it twice changes nothing."""
        self._connections.pop(connection.id, None)
        self._by_user[connection.user_id].discard(connection)
        if not self._by_user[connection.user_id]:
            del self._by_user[connection.user_id]
        SOCKETS.set(len(self._connections))

    def end_session(self, session_id: str) -> None:
        """Close every socket of a session that is over."""
        for connection in self._connections.values():
            if connection.caller.session_id == session_id:
                connection.close(Close.UNAUTHENTICATED)

    def close_all(self) -> None:
        """Send everybody elsewhere."""
        for connection in self._connections.values():
            connection.close(Close.GOING_AWAY)

    def resync(self) -> None:
        """Tell everybody that frames may have been lost."""
        for connection in self._connections.values():
            connection.hear(protocol.resync())

    def resync_room(self, room_id: str) -> None:
        """Tell a room's listeners that something of it is gone for good."""
        self._tell([f"room.{room_id}"], protocol.resync(room_id))

    def lose(self, connection: Connection, room_id: str) -> None:
        """The connection hears the room no more; it is told to ask, and learns why."""
        self._drop(connection, f"room.{room_id}")
        connection.hear(protocol.resync(room_id))

    def deliver(self, message: AbstractIncomingMessage) -> Stream | None:
        """Show a message from the bus to whom it concerns, in order, to each socket once.

        Returns the stream it is of, if it is of one.
        """
        headers = message.headers
        frame = headers.get("x-frame")
        if message.exchange == LIVE:
            self._tell(keys_of(message), protocol.live(message.body))
        elif isinstance(frame, str):
            publisher, _, _ = (message.type or "").partition(".")
            room_id, seq = headers.get("x-room"), headers.get("x-seq")
            if isinstance(room_id, str) and isinstance(seq, int):
                stream = (publisher, room_id)
                self.show(self._order.take(Fact(stream, seq, frame, message.body)))
                return stream
            self._tell(keys_of(message), protocol.event(frame, None, None, message.body))
        elif message.routing_key == SessionRevoked.type:
            self._revoked(message.body)
        return None

    def show(self, facts: Iterable[Fact]) -> None:
        """Show facts to everybody who hears their room."""
        for fact in facts:
            shown = protocol.event(fact.frame, fact.room_id, fact.seq, fact.body)
            self._tell([f"room.{fact.room_id}"], shown)
            if fact.frame in ENDINGS:
                self._end_hearing(fact.room_id, ENDINGS[fact.frame], fact.body)

    def _tell(self, keys: list[str], frame: protocol.ServerFrame) -> None:
        for listener in self._listeners.of(keys):
            listener.hear(frame)

    def _end_hearing(self, room_id: str, member: str | None, body: bytes) -> None:
        key = f"room.{room_id}"
        user_id = orjson.loads(body).get(member) if member else None
        for listener in self._listeners.of([key]):
            if member is None or listener.user_id == user_id:
                self._drop(listener, key)

    def _drop(self, listener: Listener, key: str) -> None:
        if self._listeners.drop(listener, key):
            self._unheard([key])

    def _revoked(self, body: bytes) -> None:
        try:
            self.revocations.add(SessionRevoked.parse(body).session_id)
        except ValidationError:
            log.warning("revocation not understood")  # the next question to auth finds it

    async def watch(self) -> None:
        """For ever: close sockets whose token has ended."""
        while True:
            self.sweep(time.time())
            await asyncio.sleep(1)

    def sweep(self, now: float) -> None:
        """`now` is Unix time."""
        for connection in self._connections.values():
            if now > connection.caller.expires_at + LEEWAY.total_seconds():
                connection.close(Close.UNAUTHENTICATED)
