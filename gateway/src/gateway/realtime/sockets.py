"""Sockets: accepted, greeted, listened to, written to and closed."""

import asyncio
from typing import Any

import structlog
from prometheus_client import Counter
from starlette.types import Receive, Scope, Send
from websockets.frames import CloseCode

from common import web
from common.identity import Caller, Verifier
from common.problems import Conflict, Problem, Unauthenticated, Unavailable
from gateway.announcements import Announcements
from gateway.fanout import Fanout
from gateway.pages.security import Cors
from gateway.realtime import protocol
from gateway.realtime.commands import Commands
from gateway.realtime.connection import Connection
from gateway.realtime.listeners import Listeners
from gateway.realtime.pace import Pace
from gateway.realtime.protocol import ClientFrame, Close, Malformed
from gateway.realtime.pulse import Pulse
from gateway.realtime.switchboard import Switchboard, TooManySockets
from gateway.realtime.wire import FrameTooLarge, GoingAway, Gone, Wire
from gateway.rest.limits import Limits
from gateway.rest.routing import NoSuchAddress

log = structlog.get_logger()

PATH = "/ws"
FINISH_WITHIN = 10.0
"""Seconds that commands of a closed socket may still take."""
_FLUSH_WITHIN = 2.0
CLOSED = Counter("convo_gateway_sockets_closed", "Sockets that ended.", ["code"])
_DEAF = (Close.TOO_SLOW, Close.UNHEARD)
"""Ends after which there is no point in waiting until everything is written."""


class AnotherSession(Conflict):
    code = "another-session"

    def __init__(self) -> None:
        super().__init__("This socket belongs to another session; open a new one.")


class Sockets:
    """Everything that happens on `/ws`."""

    def __init__(  # noqa: PLR0913 - each a part of its own
        self,
        *,
        cors: Cors,
        limits: Limits,
        verifier: Verifier,
        listeners: Listeners,
        switchboard: Switchboard,
        fanout: Fanout,
        commands: Commands,
        announcements: Announcements,
    ) -> None:
        self._cors = cors
        self._limits = limits
        self._verifier = verifier
        self._listeners = listeners
        self._switchboard = switchboard
        self._fanout = fanout
        self._commands = commands
        self._announcements = announcements
        self._open: set[asyncio.Future[None]] = set()
        self.pulse = Pulse()
        self.draining = False

    async def serve(self, scope: Scope, receive: Receive, send: Send, address: str) -> None:
        """One socket, from its handshake to its end."""
        wire = Wire(scope, receive, send)
        await receive()
        try:
            self._check(scope["path"], wire, address)
        except Problem as problem:
            await wire.refuse(problem)
            return
        await wire.accept()
        connection = await self._greeted(wire)
        if connection is not None:
            await self._converse(connection, wire)

    async def drain(self) -> None:
        """Send everybody elsewhere and wait until they are gone and it is told."""
        self.draining = True
        self._switchboard.close_all()
        if self._open:
            await asyncio.wait(self._open, timeout=FINISH_WITHIN)
        await self._announcements.flush(within=3.0)

    def _check(self, path: str, wire: Wire, address: str) -> None:
        if path != PATH:
            raise NoSuchAddress
        if self.draining:
            raise GoingAway
        self._limits.count_address(address)
        wire.check(self._cors.allows)

    async def _greeted(self, wire: Wire) -> Connection | None:
        """The connection, once its first frame has said whose it is."""
        try:
            async with asyncio.timeout(protocol.CONNECT_WITHIN):
                frame = protocol.read(await wire.read())
            return await self._connect(wire, frame)
        except Gone:
            return None
        except Malformed:
            code = Close.MALFORMED
        except FrameTooLarge:
            code = Close.TOO_LARGE
        except TooManySockets:
            code = Close.TOO_FAST
        except Unavailable:
            code = Close.TOO_SLOW  # "try again later" (1013)
        except (Problem, TimeoutError):
            code = Close.UNAUTHENTICATED
        _count_closed(code)
        await wire.close(code)
        return None

    async def _connect(self, wire: Wire, frame: ClientFrame) -> Connection:
        """Raises a problem, after it was told."""
        try:
            token = _token(frame)
            connection = Connection(await self._verified(token), token, wire.line)
            self._switchboard.enter(connection)
        except Problem as problem:
            wire.write(protocol.refused(frame.id, web.told(problem)))
            raise
        keys = [f"user.{connection.user_id}", f"connection.{connection.id}"]
        for key in keys:
            self._listeners.hold(connection, key, "gateway")
        await self._fanout.bound(keys)
        self._announcements.connected(connection)
        connection.hear(protocol.ok(frame.id, _welcome(connection)))
        return connection

    async def _verified(self, token: str) -> Caller:
        caller = await self._verifier.verify(token)
        self._switchboard.revocations.check(caller.session_id)
        return caller

    async def _converse(self, connection: Connection, wire: Wire) -> None:
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._open.add(done)
        reader = connection.run(self._listen(connection, wire))
        try:
            ends: set[asyncio.Future[Any]] = {reader, connection.ended}
            with self.pulse.watching(connection, wire):
                await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            reader.cancel()
            connection.close(Close.GOING_AWAY)  # unless it has ended otherwise
            try:
                await self._part(connection, wire)
            finally:
                self._open.discard(done)
                done.set_result(None)

    async def _part(self, connection: Connection, wire: Wire) -> None:
        end = connection.ended.result()
        self._switchboard.leave(connection)
        self._fanout.touch(self._listeners.forget(connection))
        if end.by_us:
            if end.code not in _DEAF:
                await connection.outgoing.emptied(_FLUSH_WITHIN)
            await wire.close(end.code)
        # A join that is still under way would otherwise be told after the parting.
        await connection.finish(FINISH_WITHIN)
        self._announcements.disconnected(connection, end)
        _count_closed(end.code)
        log.info("socket closed", user=connection.user_id, code=end.code)

    async def _listen(self, connection: Connection, wire: Wire) -> None:
        loop = asyncio.get_running_loop()
        pace = Pace()
        try:
            while True:
                text = await wire.read()
                connection.unspoken = 0
                if wait := pace.wait(loop.time()):
                    await asyncio.sleep(wait)
                    if pace.is_hopeless(loop.time()):
                        connection.close(Close.TOO_FAST)
                        return
                await self._take(connection, protocol.read(text))
        except Gone as gone:
            connection.lost(gone.code)
        except Malformed:
            connection.close(Close.MALFORMED)
        except FrameTooLarge:
            connection.close(Close.TOO_LARGE)

    async def _take(self, connection: Connection, frame: ClientFrame) -> None:
        if frame.type == "ping":
            connection.hear(protocol.ok(frame.id, {}))
        elif frame.type == "connect":
            await self._renew(connection, frame)
        else:
            self._commands.start(connection, frame)

    async def _renew(self, connection: Connection, frame: ClientFrame) -> None:
        """Take a new token for the same session; until its own ends, the old one stays good."""
        try:
            token = _token(frame)
            caller = await self._verified(token)
            if (caller.user_id, caller.session_id) != _whose(connection):
                raise AnotherSession
        except Problem as problem:
            connection.hear(protocol.refused(frame.id, web.told(problem)))
            return
        connection.caller, connection.token = caller, token
        connection.hear(protocol.ok(frame.id, _welcome(connection)))


def _count_closed(code: int) -> None:
    """Clients may choose among 4,000 codes; there is one label for those that mean nothing."""
    known = code in set(Close) or code in set(CloseCode)
    CLOSED.labels(str(int(code)) if known else "other").inc()


def _token(frame: ClientFrame) -> str:
    token = frame.data.get("token")
    if frame.type != "connect" or not isinstance(token, str):
        raise Unauthenticated
    return token


def _whose(connection: Connection) -> tuple[str, str]:
    return connection.user_id, connection.caller.session_id


def _welcome(connection: Connection) -> dict[str, object]:
    caller = connection.caller
    user = {"userId": caller.user_id, "name": caller.name, "roles": sorted(caller.roles)}
    return {
        "connectionId": connection.id,
        "user": user,
        "heartbeatSeconds": protocol.HEARTBEAT,
    }
