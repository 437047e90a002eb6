"""Remembers which events had their effect, for effects that a version cannot guard."""

from datetime import timedelta

from common import mongo
from common.clock import utc_now
from common.events import Event
from common.mongo import Database, DuplicateKeyError

KEPT = timedelta(days=14)
"""Longer than an event can wait in an archive or a dead-letter queue."""


class Inbox:
    """One row for each event a consumer has dealt with."""

    def __init__(self, db: Database, consumer: str) -> None:
        self._seen = db["inbox"]
        self._consumer = consumer

    async def prepare(self) -> None:
        """Create the index that drops rows after `KEPT`."""
        await self._seen.create_indexes([mongo.expiring("at", KEPT)])

    async def knows(self, event: Event) -> bool:
        """Whether the event's effect is stored already."""
        return await self._seen.find_one({"_id": self._key(event)}) is not None

    async def remember(self, event: Event) -> None:
        """Say that the event's effect is stored; saying it twice is fine."""
        try:
            await self._seen.insert_one({"_id": self._key(event), "at": utc_now()})
        except DuplicateKeyError:
            return

    def _key(self, event: Event) -> str:
        return f"{self._consumer}:{event.event_id}"
