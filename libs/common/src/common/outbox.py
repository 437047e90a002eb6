"""Facts leave with the write that made them true (docs/decisions/0001).

The document that changes carries the facts its change caused, in the same atomic
write; a relay archives them, publishes them and takes them out again.
"""

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import structlog
from prometheus_client import Gauge
from pydantic import TypeAdapter, ValidationError

from common import mongo, telemetry
from common.bus import Bus, BusAway, Unroutable
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
MEASURED_EVERY = 5.0
"""Seconds between two measurements of what waits."""
MOST_MEASURED = 100_000
"""Documents with waiting facts that are counted at most."""

BACKLOG = Gauge(
    "convo_outbox_backlog_seconds", "Age of the oldest unpublished fact.", ["collection"]
)
WAITING = Gauge("convo_outbox_backlog_facts", "Facts that are not published yet.", ["collection"])

_envelope = TypeAdapter(Envelope)


def entries(events: Iterable[Event]) -> list[Document]:
    """The facts as they wait in a document."""
    trace = telemetry.carried()
    return [_stored(Envelope.of(event, trace)) for event in events]


def waiting_index() -> IndexModel:
    """What a collection whose documents have an outbox needs."""
    return IndexModel([(f"{FIELD}.id", ASCENDING)], sparse=True)


@dataclass(slots=True)
class _Sent:
    """What became of one document's facts."""

    ids: list[str] = field(default_factory=list)
    """Of those the broker has, from the first one on without a gap."""
    away: BusAway | None = None
    held: str | None = None
    """Why the next one cannot be published, though the broker is there."""


class Relay:
    """Moves facts from the documents of one collection to the broker.

    Delivery is at least once: a crash between publishing and forgetting publishes
    again, and so do two relays that work at the same time. Facts of one document keep
    their order: each relay publishes from the oldest one that waits, and forgets only
    what it has published itself. Documents are read by `_id`. A fact that cannot be
    published holds up its own document and no other.
    """

    def __init__(self, collection: Collection, bus: Bus, *, archived: bool = True) -> None:
        """`archived` is off where the documents themselves are the lasting record."""
        # What a majority does not have yet may be undone, and a fact cannot.
        self._collection = mongo.of_majority(collection)
        self._archive = collection.database[ARCHIVE] if archived else None
        self._bus = bus
        self._written = asyncio.Event()
        self._fresh: list[Document] = []
        self._batch = BATCH

    def wake(self, written: Sequence[Document] = ()) -> None:
        """Say that there is something new to publish.

        `written` are documents that were just made, as they are stored: they need not be
        looked for.
        """
        self._fresh += written
        self._written.set()

    async def prepare(self) -> None:
        """Create the indexes this needs."""
        await self._collection.create_indexes([waiting_index()])
        if self._archive is not None:
            await self._archive.create_indexes(
                [
                    mongo.expiring("archivedAt", KEPT),
                    IndexModel([("time", ASCENDING), ("seq", ASCENDING)]),
                ]
            )

    async def run(self) -> None:
        """Relay for ever: at once after `wake`, and every `SWEEP` seconds."""
        async with asyncio.TaskGroup() as working:
            working.create_task(self._relay())
            working.create_task(self._measure())

    async def _relay(self) -> None:
        swept_at = float("-inf")
        while True:
            self._written.clear()
            now = asyncio.get_running_loop().time()
            try:
                if self._fresh and self._batch == BATCH and now - swept_at < SWEEP:
                    await self._pass_on()
                else:
                    swept_at = now
                    await self.flush()
            except (BusAway, *mongo.AWAY) as away:
                log.warning("relay waits", collection=self._collection.name, error=str(away))
            with suppress(TimeoutError):
                async with asyncio.timeout(SWEEP):
                    await self._written.wait()

    async def flush(self) -> int:
        """Publish what is waiting now; returns how many facts the broker has taken.

        Raises:
            BusAway: The broker does not answer; what it has taken is forgotten here.
        """
        self._fresh.clear()  # they are among what is found
        moved, last, held = 0, None, list[str]()
        while waiting := await self._after(last):
            sent = await self._publish(waiting)
            moved += sum(len(each.ids) for each in sent)
            held += [each.held for each in sent if each.held is not None]
            for each in sent:
                if each.away is not None:
                    # A broker that hangs delivers all it was given when it goes on:
                    # until it answers it gets one document's facts at a time.
                    self._batch = 1
                    raise each.away
            self._batch = BATCH
            last = waiting[-1]["_id"]
        if held:
            log.error(
                "facts cannot be published",
                collection=self._collection.name,
                documents=len(held),
                first=held[0],
            )
        return moved

    async def _pass_on(self) -> None:
        """Publish new documents; what the broker does not take is found by the next sweep."""
        fresh, self._fresh = self._fresh[:BATCH], self._fresh[BATCH:]
        if self._fresh:
            self._written.set()
        for each in await self._publish(fresh):
            if each.away is not None:
                self._batch = 1
                raise each.away

    async def _after(self, last: object) -> list[Document]:
        """The next documents with something to publish, by `_id`."""
        query: Document = {f"{FIELD}.id": {"$exists": True}}
        if last is not None:
            query["_id"] = {"$gt": last}
        found = self._collection.find(query, {FIELD: 1}).sort("_id", ASCENDING)
        return await found.limit(self._batch).to_list(self._batch)

    async def _publish(self, waiting: list[Document]) -> list[_Sent]:
        """Archive, publish and forget what the documents have; they stay apart."""
        if self._archive is not None:
            await _keep(self._archive, [entry for each in waiting for entry in each[FIELD]])
        sent = await asyncio.gather(*(self._publish_one(each[FIELD]) for each in waiting))
        ids = [each for one in sent for each in one.ids]
        if ids:
            # One statement for all: ids are unique, and hundreds of updates would take
            # longer than the publishing.
            await self._collection.update_many(
                {"_id": {"$in": [each["_id"] for each in waiting]}},
                {"$pull": {FIELD: {"id": {"$in": ids}}}},
            )
        return sent

    async def _publish_one(self, entries: list[Document]) -> _Sent:
        sent = _Sent()
        for entry in entries:
            try:
                await self._bus.publish(read(entry))
            except (Unroutable, ValidationError) as refused:
                sent.held = f"{entry.get('type')} {entry['id']}: {refused}"
                break
            except BusAway as away:
                sent.away = away
                break
            sent.ids.append(entry["id"])
        return sent

    async def _measure(self) -> None:
        while True:
            with suppress(*mongo.AWAY):
                await self.measure()
            await asyncio.sleep(MEASURED_EVERY)

    async def measure(self) -> None:
        """Note how many facts wait, and for how long the oldest one has."""
        pipeline: list[Document] = [
            {"$match": {f"{FIELD}.id": {"$exists": True}}},
            {"$limit": MOST_MEASURED},
            {"$project": {"count": {"$size": f"${FIELD}"}, "since": {"$min": f"${FIELD}.time"}}},
            {"$group": {"_id": 1, "count": {"$sum": "$count"}, "since": {"$min": "$since"}}},
        ]
        count, age = 0, 0.0
        async for found in mongo.aggregate(self._collection, pipeline):
            count = found["count"]
            age = (utc_now() - found["since"]).total_seconds()
        BACKLOG.labels(self._collection.name).set(age)
        WAITING.labels(self._collection.name).set(count)


async def _keep(archive: Collection, entries: list[Document]) -> None:
    now = utc_now()
    writes = [
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
    ]
    with mongo.lasting():
        await archive.bulk_write(writes, ordered=False)


def _stored(envelope: Envelope) -> Document:
    fields = {name: getattr(envelope, name) for name in Envelope.__slots__}
    return {**fields, "audience": list(envelope.audience)}


def read(entry: dict[str, Any]) -> Envelope:
    """A fact as it waits in a document or is kept in the archive.

    Raises:
        ValidationError: It is not one that this version can read.
    """
    return _envelope.validate_python(entry)
