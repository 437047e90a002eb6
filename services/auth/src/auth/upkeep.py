"""What has to be looked after every few seconds: lost sockets, used tokens."""

import asyncio

import structlog

from auth.handlers import presence
from auth.handlers.presence import Presence
from auth.repository import SessionRepository
from common import mongo
from common.bus import Bus
from common.clock import utc_now
from common.presence import SILENT_AFTER
from common.problems import ChangedMeanwhile

EVERY = 5.0
"""Seconds between two looks."""

log = structlog.get_logger()


async def look_after(its: Presence, sessions: SessionRepository, bus: Bus) -> None:
    """Look for ever; any number of replicas may, since doing it twice changes nothing."""
    deaf_at = utc_now()
    while True:
        await asyncio.sleep(EVERY)
        now = utc_now()
        # Who heard nothing from anybody cannot say that a gateway is silent.
        if not await bus.reachable():
            deaf_at = now
        try:
            await sessions.forget_successors(at=now)
            if now - deaf_at > SILENT_AFTER:
                await presence.sweep(its, at=now)
        except (ChangedMeanwhile, *mongo.AWAY) as away:
            log.warning("upkeep waits", error=str(away))
