"""Removes objects that nobody needs any more, and gives up what was never completed."""

import asyncio

import structlog

from common import mongo
from common.clock import utc_now
from common.problems import ChangedMeanwhile
from media import handlers
from media.objects import Objects, ObjectsAway
from media.repository import FileRepository

EVERY = 60.0
"""Seconds between two looks."""

log = structlog.get_logger()


class Sweep:
    """Looks for ever; any number of replicas may, since removing twice changes nothing."""

    def __init__(self, files: FileRepository, objects: Objects) -> None:
        self._files = files
        self._objects = objects
        self._wanted = asyncio.Event()

    def wake(self) -> None:
        """Say that there is something to remove now."""
        self._wanted.set()

    async def run(self) -> None:
        """Sweep at once after `wake`, and every `EVERY` seconds."""
        while True:
            self._wanted.clear()
            try:
                await handlers.sweep(self._files, self._objects, at=utc_now())
            except (ChangedMeanwhile, ObjectsAway, *mongo.AWAY) as away:
                log.warning("sweep waits", error=str(away))
            try:
                async with asyncio.timeout(EVERY):
                    await self._wanted.wait()
            except TimeoutError:
                continue
