"""Where open sockets are kept, as the gateways tell of them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from common.mongo import ASCENDING, Database, Document, IndexModel, expiring

_KEPT = timedelta(days=1)  # longer than a late fact about the same socket may take
_AT_ONCE = 1_000


class ConnectionRepository:
    """The collection `connections`: one row a socket, kept for a while after its end.

    Facts may come twice or out of order. A socket that was told to be closed never
    opens again; one that was lost with its gateway does, if the gateway comes back.
    """

    def __init__(self, db: Database) -> None:
        self._connections = db["connections"]

    async def prepare(self) -> None:
        await self._connections.create_indexes(
            [
                IndexModel([("user", ASCENDING), ("ended_at", ASCENDING)]),
                IndexModel([("gateway", ASCENDING), ("lost", ASCENDING)]),
                IndexModel([("unsettled", ASCENDING)], sparse=True),
                expiring("ended_at", _KEPT),
            ]
        )

    async def opened(self, connection_id: str, user_id: str, gateway_id: str) -> None:
        """Note a socket, unless its end was told first."""
        row = {"user": user_id, "gateway": gateway_id, "ended_at": None, "lost": False}
        await self._connections.update_one(
            {"_id": connection_id}, {"$setOnInsert": row}, upsert=True
        )

    async def closed(
        self, connection_id: str, user_id: str, gateway_id: str, *, at: datetime
    ) -> None:
        """Note the end of a socket, known or not."""
        row = {"user": user_id, "gateway": gateway_id, "ended_at": at, "lost": False}
        await self._connections.update_one({"_id": connection_id}, {"$set": row}, upsert=True)

    async def is_open(self, user_id: str) -> bool:
        """Whether the person has a socket now."""
        return await self._connections.find_one({"user": user_id, "ended_at": None}) is not None

    async def lose(self, *, but: Sequence[str], at: datetime) -> None:
        """End every socket that is not held by these gateways."""
        query: Document = {"ended_at": None, "gateway": {"$nin": list(but)}}
        await self._connections.update_many(
            query, {"$set": {"ended_at": at, "lost": True, "unsettled": at}}
        )

    async def regain(self, gateway_id: str, *, at: datetime) -> None:
        """Open again what was lost with this gateway."""
        query = {"gateway": gateway_id, "lost": True}
        await self._connections.update_many(
            query, {"$set": {"ended_at": None, "lost": False, "unsettled": at}}
        )

    async def unsettled(self) -> Sequence[Document]:
        """Sockets that were lost or regained since their people's status was last decided."""
        rows = self._connections.find({"unsettled": {"$type": "date"}}, {"user": 1, "unsettled": 1})
        return [row async for row in rows.limit(_AT_ONCE)]

    async def settle(self, rows: Sequence[Document]) -> None:
        """Say that it was decided; what changed again meanwhile stays unsettled."""
        for row in rows:
            await self._connections.update_one(row, {"$unset": {"unsettled": True}})
