"""Where calls are kept, and which sockets are known to be closed."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Final
from weakref import WeakValueDictionary

from pydantic import TypeAdapter

from common import mongo
from common.mongo import ASCENDING, Database, Document, IndexModel
from common.problems import RoomNotFound
from common.store import Change, Store
from signaling.domain import GRACE, Address, Call

_addresses = TypeAdapter(tuple[Address, ...])
_ADDRESS: Final = {f"peers.{name}": 1 for name in Address.__dataclass_fields__}


class CallRepository(Store[Call]):
    """Calls, one document each room, with the facts that wait to be published."""

    def __init__(self, db: Database, *, written: Callable[[], None] = lambda: None) -> None:
        self._calls = db["calls"]
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        super().__init__(Call, self._calls, written=written, missing=RoomNotFound())

    async def prepare(self) -> None:
        await self._calls.create_indexes(
            [
                IndexModel([("peers.connection_id", ASCENDING)]),
                IndexModel([("peers.gateway_id", ASCENDING)]),
                IndexModel([("peers.reconnecting_since", ASCENDING)]),
            ]
        )

    async def get(self, key: str) -> Call:
        """The room's call; one that nobody was ever in is empty."""
        return await self.find(key) or Call(key)

    async def change(self, key: str, decide: Callable[[Call], Change[Call]]) -> Call:
        """As `Store.change`, one after the other within this process.

        When fifty people join at once they would otherwise overtake each other until
        their tries are used up; between replicas the version still decides.
        """
        async with self._turns.setdefault(key, asyncio.Lock()):
            return await super().change(key, decide)

    async def addresses(self, room_id: str) -> Sequence[Address]:
        """How everybody in the room's call is reached; the only read that a signal costs."""
        found = await self._calls.find_one({"_id": room_id}, _ADDRESS)
        return _addresses.validate_python(found["peers"]) if found else ()

    async def with_connection(self, connection_id: str) -> Sequence[str]:
        """Rooms where a peer is reached through this socket."""
        return await self._rooms({"peers.connection_id": connection_id})

    async def with_gateways(self, gateway_ids: Collection[str]) -> Sequence[str]:
        """Rooms with connected peers behind one of these gateways."""
        behind = {"gateway_id": {"$in": list(gateway_ids)}, "state": "connected"}
        return await self._rooms({"peers": {"$elemMatch": behind}})

    async def with_lost_peers(self, *, at: datetime) -> Sequence[str]:
        """Rooms with peers that were waited for long enough."""
        return await self._rooms({"peers.reconnecting_since": {"$lte": at - GRACE}})

    async def _rooms(self, query: Document) -> Sequence[str]:
        return [each["_id"] async for each in self._calls.find(query, {"_id": 1})]


class ClosedSockets:
    """Sockets that closed lately.

    A socket may close while its `joinRoom` is being decided; the fact then finds no peer
    to act on, and the join, once it is stored, finds the socket here.
    """

    _KEPT: Final = timedelta(hours=1)

    def __init__(self, db: Database) -> None:
        self._closed = db["closed_sockets"]

    async def prepare(self) -> None:
        await self._closed.create_indexes([mongo.expiring("at", self._KEPT)])

    async def add(self, connection_id: str, *, at: datetime) -> None:
        await self._closed.update_one({"_id": connection_id}, {"$set": {"at": at}}, upsert=True)

    async def has(self, connection_id: str) -> bool:
        return await self._closed.find_one({"_id": connection_id}) is not None
