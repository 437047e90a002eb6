"""Closes rooms when their time has come."""

import asyncio

import structlog

from common import mongo
from common.clock import utc_now
from common.problems import ChangedMeanwhile
from rooms import handlers
from rooms.repository import RoomRepository

EVERY = 5.0
"""Seconds between two looks."""

log = structlog.get_logger()


async def close_expired(rooms: RoomRepository) -> None:
    """Look for ever; any number of replicas may, since closing twice changes nothing."""
    while True:
        try:
            await handlers.close_expired(rooms, at=utc_now())
        except (ChangedMeanwhile, *mongo.AWAY) as away:
            log.warning("expiry waits", error=str(away))
        await asyncio.sleep(EVERY)
