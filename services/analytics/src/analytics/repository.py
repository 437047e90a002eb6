"""Where facts are kept, and counted."""

from collections.abc import Sequence

from analytics.domain import Counts, Record
from common import mongo
from common.mongo import ASCENDING, Database, IndexModel
from common.together import Together


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
