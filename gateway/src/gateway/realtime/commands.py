"""Which service a frame is for, and what becomes of its answer."""

import asyncio
import re
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any

import orjson
import structlog
from opentelemetry.trace import SpanKind
from prometheus_client import Counter

from common import telemetry
from common.frames import Reply
from common.problems import NotFound, Problem
from gateway.fanout import Fanout, is_key
from gateway.realtime import protocol
from gateway.realtime.connection import Connection
from gateway.realtime.gathering import GATHERED, Gathering
from gateway.realtime.lanes import Ticket
from gateway.realtime.listeners import Listeners
from gateway.realtime.order import Fact, Order
from gateway.realtime.protocol import ClientFrame, ServerFrame
from gateway.realtime.services import Refused, Services

log = structlog.get_logger()

TO: Mapping[str, tuple[str, ...]] = {
    "joinRoom": ("signaling", "chat"),
    "leaveRoom": ("signaling",),
    "signal": ("signaling",),
    "subscribe": ("signaling",),
    "mediaState": ("signaling",),
    "raiseHand": ("signaling",),
    "lowerHand": ("signaling",),
    "chatMessage": ("chat",),
    "typing": ("chat",),
    "followRoom": ("chat",),
    "unfollowRoom": ("chat",),
    "watchPresence": ("auth",),
}
"""Frame type to the services that are asked, in order; the first one's refusal counts."""

EXPECTED = frozenset({"joinRoom", "followRoom"})
"""Frames whose answer is a state and whose events go on from it: `room.<roomId>` is
listened to before the service is asked, so that nothing is lost in between."""

ADDED_WITHIN = 2.0
"""Seconds that services after the first have to add to its answer."""
_MOST_HEARD = 1000  # what is lost beyond it is found by its number
_ROOM_ID = re.compile(r"[\w-]{1,64}", re.ASCII)
COMMANDS = Counter("convo_gateway_commands", "Frames from clients.", ["type", "outcome"])


class UnknownCommand(NotFound):
    code = "unknown-command"

    def __init__(self) -> None:
        super().__init__("There is no such command.")


class TooDeep(Problem):
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "too-deep"

    def __init__(self) -> None:
        super().__init__("The data of a command is nested too deeply.")


class Expectation:
    """Listens for a connection until its service has said whether it may hear."""

    def __init__(self, connection: Connection, listeners: Listeners) -> None:
        self.user_id = connection.user_id
        self.heard: list[ServerFrame] = []
        self._connection = connection
        self._listeners = listeners
        self._keys: set[str] = set()

    def add(self, keys: Iterable[str]) -> None:
        """Listen to these, too."""
        for key in set(keys) - self._keys:  # one that was taken away meanwhile stays away
            self._keys.add(key)
            self._listeners.hold(self, key, "gateway")

    def only(self, keys: Iterable[str]) -> list[str]:
        """Forget what was not granted; returns the keys that nobody hears any more."""
        refused = self._keys - set(keys)
        if refused:
            self.heard.clear()
        self._keys -= refused
        return [key for key in refused if self._listeners.drop(self, key)]

    def hear(self, frame: ServerFrame) -> None:
        known = all(self._listeners.hears(self._connection, key) for key in self._keys)
        if not known and len(self.heard) < _MOST_HEARD:
            self.heard.append(frame)


class Commands:
    """Passes frames to services, and obeys what they answer about hearing."""

    def __init__(  # noqa: PLR0913 - each a part of its own
        self,
        services: Services,
        gathering: Gathering,
        listeners: Listeners,
        fanout: Fanout,
        order: Order,
        *,
        gateway_id: str,
        show: Callable[[Fact], None],
    ) -> None:
        """`show` is told facts that are stored before the bus brings them."""
        self._services = services
        self._gathering = gathering
        self._show = show
        self._listeners = listeners
        self._fanout = fanout
        self._order = order
        self._gateway_id = gateway_id

    def start(self, connection: Connection, frame: ClientFrame) -> None:
        """Begin a command; frames to one service keep their order."""
        try:
            to = TO.get(frame.type)
            if to is None:
                raise UnknownCommand
            tickets = connection.lanes.tickets(to)
        except Problem as problem:
            self._refuse(connection, frame, Refused.by(problem))
        else:
            connection.run(self._run(connection, frame, to, tickets))

    async def _run(
        self,
        connection: Connection,
        frame: ClientFrame,
        to: tuple[str, ...],
        tickets: list[Ticket],
    ) -> None:
        expectation = Expectation(connection, self._listeners)
        try:
            with telemetry.span(f"frame {frame.type}", {}, SpanKind.SERVER):
                await self._expect(expectation, frame)
                replies = await self._ask(connection, frame, to, tickets)
                await self._bind(expectation, replies)
                self._grant(connection, expectation, replies)
                self._begin(connection, frame, replies)
                connection.hear(protocol.ok(frame.id, _merged(replies)))
                self._tell(frame, replies)
                for heard in expectation.heard:
                    connection.hear(heard)
            COMMANDS.labels(frame.type, "ok").inc()
        except Refused as refused:
            self._refuse(connection, frame, refused)
        finally:
            for ticket in tickets:
                ticket.leave()
            self._fanout.touch(self._listeners.forget(expectation))

    async def _expect(self, expectation: Expectation, frame: ClientFrame) -> None:
        room_id = frame.data.get("roomId")
        if frame.type in EXPECTED and isinstance(room_id, str) and _ROOM_ID.fullmatch(room_id):
            expectation.add([f"room.{room_id}"])
            await self._fanout.bound([f"room.{room_id}"])

    async def _ask(
        self,
        connection: Connection,
        frame: ClientFrame,
        to: tuple[str, ...],
        tickets: list[Ticket],
    ) -> dict[str, Reply]:
        about = {"connectionId": connection.id, "gatewayId": self._gateway_id}
        body = _packed({**about, "type": frame.type, "data": frame.data})
        room_id = frame.data.get("roomId")
        key = room_id if isinstance(room_id, str) else None
        ask = (self._gathering if frame.type in GATHERED else self._services).ask
        replies: dict[str, Reply] = {}
        for service, ticket in zip(to, tickets, strict=True):
            try:
                async with asyncio.timeout(ADDED_WITHIN if replies else None):
                    await ticket.turn()
                    replies[service] = await ask(service, connection.token, body, key)
            except TimeoutError:
                log.warning("answered without", service=service, status="too slow")
            except Refused as refused:
                if not replies or not refused.is_passing:
                    raise
                log.warning("answered without", service=service, status=refused.status)
            ticket.leave()
        return replies

    async def _bind(self, expectation: Expectation, replies: Mapping[str, Reply]) -> None:
        keys = [key for reply in replies.values() for key in reply.subscribe if is_key(key)]
        self._fanout.touch(expectation.only(keys))
        expectation.add(keys)
        await self._fanout.bound(keys)

    def _grant(
        self, connection: Connection, expectation: Expectation, replies: Mapping[str, Reply]
    ) -> None:
        """Let the connection hear what is bound; no waiting from here to its answer."""
        if connection.ended.done():
            return
        for service, reply in replies.items():
            for key in filter(is_key, reply.subscribe):
                if self._listeners.hears(expectation, key):
                    self._listeners.hold(connection, key, service)
            for key in reply.unsubscribe:
                if self._listeners.release(connection, key, service):
                    self._fanout.touch([key])

    def _begin(
        self, connection: Connection, frame: ClientFrame, replies: Mapping[str, Reply]
    ) -> None:
        """Where the streams stand that the connection hears from now on."""
        room_id = frame.data.get("roomId")
        if not self._listeners.hears(connection, f"room.{room_id}"):
            return
        for service, reply in replies.items():
            if reply.seq is not None:
                self._order.begin((service, str(room_id)), reply.seq)

    def _tell(self, frame: ClientFrame, replies: Mapping[str, Reply]) -> None:
        """Show what came of it; the bus brings it too, and by its number it is known then."""
        room_id = frame.data.get("roomId")
        for service, reply in replies.items():
            for told in reply.told if self._listeners.is_heard(f"room.{room_id}") else ():
                self._show(Fact((service, str(room_id)), told.seq, told.frame, told.body.encode()))

    def _refuse(self, connection: Connection, frame: ClientFrame, refused: Refused) -> None:
        connection.hear(protocol.refused(frame.id, refused.document))
        # Names of clients' own making would be metrics without end.
        COMMANDS.labels(frame.type if frame.type in TO else "unknown", str(refused.status)).inc()


def _packed(command: dict[str, Any]) -> bytes:
    """Raises `Refused`: what was read may be nested deeper than what may be written."""
    try:
        return orjson.dumps(command)
    except orjson.JSONEncodeError:
        raise Refused.by(TooDeep()) from None


def _merged(replies: Mapping[str, Reply]) -> dict[str, Any]:
    return {name: value for reply in replies.values() for name, value in reply.data.items()}
