"""What has to be looked after every second: lost sockets, used tokens."""

import asyncio

import structlog

from auth.handlers import presence
from auth.handlers.presence import Presence
from auth.repository import SessionRepository
from common import mongo
from common.bus import Bus
from common.clock import utc_now
from common.presence import Hearing
from common.problems import ChangedMeanwhile

log = structlog.get_logger()


async def look_after(its: Presence, sessions: SessionRepository, bus: Bus) -> None:
    """Look for ever; any number of replicas may, since doing it twice changes nothing."""
    hearing = Hearing()
    while True:
        await asyncio.sleep(Hearing.LOOKS_EVERY.total_seconds())
        now = utc_now()
        try:
            await sessions.forget_successors(at=now)
            if hearing.is_good(keeps_up=await bus.keeps_up(), at=now):
                await presence.sweep(its, at=now)
        except (ChangedMeanwhile, *mongo.AWAY) as away:
            log.warning("upkeep waits", error=str(away))
