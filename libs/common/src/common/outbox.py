"""Facts leave with the write that made them true (docs/decisions/0001).

The document that changes carries the facts its change caused, in the same atomic
write; a relay archives them, publishes them and takes them out again.
"""

import asyncio
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import structlog
from prometheus_client import Gauge

from common import mongo, telemetry
from common.bus import Bus, BusAway
from common.clock import utc_now
from common.events import Envelope, Event
from common.mongo import ASCENDING, Collection, Document, IndexModel

log = structlog.get_logger()

FIELD = "outbox"
ARCHIVE = "events"
KEPT = timedelta(days=7)
"""How long a published fact can be replayed from the archive."""
BATCH = 256
SWEEP = 1.0
"""Seconds after which the relay looks for what a crashed process left behind."""

BACKLOG = Gauge(
    "convo_outbox_backlog_seconds", "Age of the oldest unpublished fact.", ["collection"]
)


def entries(events: Iterable[Event]) -> list[Document]:
    """The facts as they wait in a document."""
    trace = telemetry.carried()
    return [_stored(Envelope.of(event, trace)) for event in events]


def waiting_index() -> IndexModel:
    """What a collection whose documents have an outbox needs."""
    return IndexModel([(f"{FIELD}.id", ASCENDING)], sparse=True)


class Relay:
    """Moves facts from the documents of one collection to the broker.

    Delivery is at least once: a crash between publishing and forgetting publishes
    again. Facts of one document keep their order; documents are read by `_id`.
    """

    def __init__(self, collection: Collection, bus: Bus, *, archived: bool = True) -> None:
        """`archived` is off where the documents themselves are the lasting record."""
        self._collection = collection
        self._archive = collection.database[ARCHIVE] if archived else None
        self._bus = bus
        self._written = asyncio.Event()

    def wake(self) -> None:
        """Say that there is something new to publish."""
        self._written.set()

    async def prepare(self) -> None:
        """Create the indexes this needs."""
        await self._collection.create_indexes([waiting_index()])
        if self._archive is not None:
            await self._archive.create_indexes(
                [
                    mongo.expiring("archivedAt", KEPT),
                    IndexModel([("type", ASCENDING), ("time", ASCENDING)]),
                ]
            )

    async def run(self) -> None:
        """Relay for ever: at once after `wake`, and every `SWEEP` seconds."""
        while True:
            self._written.clear()
            try:
                full = await self.flush() == BATCH
            except (BusAway, *mongo.AWAY) as away:
                log.warning("relay waits", collection=self._collection.name, error=str(away))
                full = False
            if not full:
                try:
                    async with asyncio.timeout(SWEEP):
                        await self._written.wait()
                except TimeoutError:
                    continue

    async def flush(self) -> int:
        """Publish what is waiting now; returns how many documents had something."""
        cursor = self._collection.find({f"{FIELD}.id": {"$exists": True}}, {FIELD: 1})
        waiting = await cursor.sort("_id", ASCENDING).limit(BATCH).to_list(BATCH)
        entries = [entry for document in waiting for entry in document[FIELD]]
        oldest = min((entry["time"] for entry in entries), default=None)
        age = (utc_now() - oldest).total_seconds() if oldest else 0.0
        BACKLOG.labels(self._collection.name).set(age)
        if not entries:
            return 0
        if self._archive is not None:
            await _keep(self._archive, entries)
        await asyncio.gather(*(self._publish(document[FIELD]) for document in waiting))
        # One statement for all: ids are unique, and hundreds of updates would take longer
        # than the publishing.
        await self._collection.update_many(
            {"_id": {"$in": [document["_id"] for document in waiting]}},
            {"$pull": {FIELD: {"id": {"$in": [entry["id"] for entry in entries]}}}},
        )
        return len(waiting)

    async def _publish(self, entries: list[Document]) -> None:
        for entry in entries:
            await self._bus.publish(_read(entry))


async def _keep(archive: Collection, entries: list[Document]) -> None:
    now = utc_now()
    await archive.bulk_write(
        [
            mongo.UpdateOne(
                {"_id": entry["id"]},
                {
                    "$setOnInsert": {
                        **{k: v for k, v in entry.items() if k != "id"},
                        "archivedAt": now,
                    }
                },
                upsert=True,
            )
            for entry in entries
        ],
        ordered=False,
    )


def _stored(envelope: Envelope) -> Document:
    fields = {name: getattr(envelope, name) for name in Envelope.__slots__}
    return {**fields, "audience": list(envelope.audience)}


def _read(entry: dict[str, Any]) -> Envelope:
    known = {name: entry[name] for name in Envelope.__slots__}
    return Envelope(**{**known, "audience": tuple(entry["audience"])})
