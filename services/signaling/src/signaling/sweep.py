"""Drops peers that do not come back, and notices gateways and workers that fell silent."""

import asyncio
from datetime import datetime

import structlog

from common import mongo
from common.bus import Bus
from common.clock import utc_now
from common.presence import Gateways, Hearing
from common.problems import ChangedMeanwhile
from signaling import handlers
from signaling.repository import CallRepository
from signaling.workers import Workers

log = structlog.get_logger()


class Sweep:
    """Looks every second; any number of replicas may, since dropping twice changes nothing."""

    def __init__(
        self, calls: CallRepository, gateways: Gateways, workers: Workers, bus: Bus
    ) -> None:
        self._calls = calls
        self._gateways = gateways
        self._workers = workers
        self._bus = bus
        self._hearing = Hearing()

    async def run(self) -> None:
        while True:
            try:
                await self.look(at=utc_now())
            except (ChangedMeanwhile, *mongo.AWAY) as away:
                log.warning("sweep waits", error=str(away))
            await asyncio.sleep(Hearing.LOOKS_EVERY.total_seconds())

    async def look(self, *, at: datetime) -> None:
        await handlers.drop_lost(self._calls, at=at)
        hears = self._hearing.is_good(keeps_up=await self._bus.keeps_up(), at=at)
        await self._workers.look(silence_counts=hears, at=at)
        await handlers.place_calls(self._calls, self._workers, at=at)
        if hears:
            await self._calls.forget_partings(self._workers.heard_lately)
            silent = await self._gateways.silent(at=at)
            await handlers.lose_gateways(self._calls, silent, at=at)
