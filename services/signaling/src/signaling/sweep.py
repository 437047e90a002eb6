"""Drops peers that do not come back, and notices gateways that fell silent."""

import asyncio
from datetime import datetime
from typing import Final

import structlog

from common import mongo
from common.bus import Bus
from common.clock import utc_now
from common.presence import SILENT_AFTER, Gateways
from common.problems import ChangedMeanwhile
from signaling import handlers
from signaling.repository import CallRepository

EVERY: Final = 1.0
"""Seconds between two looks."""

log = structlog.get_logger()


class Hearing:
    """How long this process has heard the bus without a break.

    Who is deaf takes everybody for silent: while the broker is away, and until every
    gateway has had time to find it again, no silence is believed.
    """

    ENOUGH: Final = 2 * SILENT_AFTER

    def __init__(self) -> None:
        self._since: datetime | None = None

    def is_good(self, *, reachable: bool, at: datetime) -> bool:
        """Told at every look whether the bus can be reached."""
        if not reachable:
            self._since = None
            return False
        self._since = self._since or at
        return at - self._since >= self.ENOUGH


class Sweep:
    """Looks every second; any number of replicas may, since dropping twice changes nothing."""

    def __init__(self, calls: CallRepository, gateways: Gateways, bus: Bus) -> None:
        self._calls = calls
        self._gateways = gateways
        self._bus = bus
        self._hearing = Hearing()

    async def run(self) -> None:
        while True:
            try:
                await self.look(at=utc_now())
            except (ChangedMeanwhile, *mongo.AWAY) as away:
                log.warning("sweep waits", error=str(away))
            await asyncio.sleep(EVERY)

    async def look(self, *, at: datetime) -> None:
        await handlers.drop_lost(self._calls, at=at)
        if self._hearing.is_good(reachable=await self._bus.reachable(), at=at):
            silent = await self._gateways.silent(at=at)
            await handlers.lose_gateways(self._calls, silent, at=at)
