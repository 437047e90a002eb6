"""What the gateway tells the bus: who came, who went, and that it lives.

It keeps nothing, so these facts have no outbox: they wait in memory, in order, while
the broker is away, and the oldest are given up when there are too many.
"""

import asyncio
from collections import deque

import structlog

from common import telemetry
from common.bus import Bus, BusAway
from common.clock import Clock
from common.events import Envelope, Event, GatewayAlive, UserConnected, UserDisconnected
from common.presence import SAID_EVERY
from gateway.realtime.connection import Connection, End

log = structlog.get_logger()

MOST_WAITING = 10_000
_AGAIN_AFTER = 1.0


class Announcements:
    """The facts of one gateway process."""

    def __init__(self, bus: Bus, gateway_id: str, clock: Clock) -> None:
        self._bus = bus
        self._gateway_id = gateway_id
        self._clock = clock
        self._waiting: deque[Envelope] = deque(maxlen=MOST_WAITING)
        self._more = asyncio.Event()
        self._told = asyncio.Event()

    def connected(self, connection: Connection) -> None:
        self._say(
            UserConnected(
                occurred_at=self._clock(),
                connection_id=connection.id,
                user_id=connection.user_id,
                session_id=connection.caller.session_id,
                gateway_id=self._gateway_id,
            )
        )

    def disconnected(self, connection: Connection, end: End) -> None:
        self._say(
            UserDisconnected(
                occurred_at=self._clock(),
                connection_id=connection.id,
                user_id=connection.user_id,
                session_id=connection.caller.session_id,
                gateway_id=self._gateway_id,
                code=end.code,
                silent_seconds=end.silent,
            )
        )

    async def run(self) -> None:
        """Publish for ever what waits, in order."""
        while True:
            if not self._waiting:
                self._told.set()
                self._more.clear()
                await self._more.wait()
            head = self._waiting[0]
            try:
                await self._bus.publish(head)
            except BusAway:
                await asyncio.sleep(_AGAIN_AFTER)
                continue
            if self._waiting and self._waiting[0] is head:
                self._waiting.popleft()

    async def beat(self) -> None:
        """Say for ever that this gateway lives; a beat that cannot be said is not said later."""
        while True:
            alive = GatewayAlive(occurred_at=self._clock(), gateway_id=self._gateway_id)
            try:
                await self._bus.publish(Envelope.of(alive, telemetry.carried()))
            except BusAway as away:
                log.debug("not announced", error=str(away))
            await asyncio.sleep(SAID_EVERY.total_seconds())

    async def flush(self, within: float) -> None:
        """Wait until everything is told, or it has taken too long."""
        try:
            async with asyncio.timeout(within):
                await self._told.wait()
        except TimeoutError:
            log.warning("not everything was announced", waiting=len(self._waiting))

    def _say(self, event: Event) -> None:
        self._waiting.append(Envelope.of(event, telemetry.carried()))
        self._told.clear()
        self._more.set()
