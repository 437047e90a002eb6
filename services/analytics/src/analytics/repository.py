"""Where facts are kept, and counted."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta

from analytics.domain import CallQuality, Counts, Record
from common import mongo
from common.mongo import ASCENDING, Database, IndexModel
from common.together import Together

QUALITY_LASTS = timedelta(days=30)
"""Long enough to look into what somebody complains about."""


class EventRepository:
    """Every fact, one document each."""

    def __init__(self, db: Database) -> None:
        self._events = db["events"]
        self._keeping = Together(self._keep)

    async def prepare(self) -> None:
        await self._events.create_indexes([IndexModel([("type", ASCENDING), ("day", ASCENDING)])])

    async def keep(self, record: Record) -> None:
        """Keep a fact; one that is here already stays as it is."""
        await self._keeping.add(record)

    async def _keep(self, records: Sequence[Record]) -> None:
        documents = [
            {
                "_id": record.id,
                "type": record.type,
                "at": record.at,
                "day": record.day,
                "subject": record.subject,
                "body": record.body,
            }
            for record in records
        ]
        await mongo.insert_missing(self._events, documents)

    async def count(self, types: Sequence[str], *, first: str, last: str) -> Counts:
        """How many facts of these types there were on each day from `first` to `last`."""
        pipeline = [
            # Both fields are in one index, so no document is read.
            {"$match": {"type": {"$in": list(types)}, "day": {"$gte": first, "$lte": last}}},
            {"$group": {"_id": {"day": "$day", "type": "$type"}, "count": {"$sum": 1}}},
        ]
        return {
            (each["_id"]["day"], each["_id"]["type"]): each["count"]
            async for each in mongo.aggregate(self._events, pipeline)
        }


class QualityRepository:
    """How calls were, one document a batch; gone after `QUALITY_LASTS`."""

    def __init__(self, db: Database) -> None:
        self._batches = db["call_quality"]

    async def prepare(self) -> None:
        await self._batches.create_indexes(
            [
                mongo.expiring("received_at", QUALITY_LASTS),
                IndexModel([("meeting_id", ASCENDING), ("received_at", ASCENDING)]),
            ]
        )

    async def keep(self, batch: CallQuality) -> None:
        """Keep a batch; one that is here already stays as it is."""
        document = asdict(batch)
        await mongo.insert_missing(self._batches, [{"_id": document.pop("id"), **document}])
