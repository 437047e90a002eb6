"""Where calls are kept, and which sockets are known to be closed."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from weakref import WeakValueDictionary

from pydantic import TypeAdapter

from common import mongo
from common.events import Event
from common.mongo import ASCENDING, Database, Document, IndexModel
from common.problems import RoomNotFound
from common.store import Change, Store
from signaling.domain import FORWARDED_FROM, GRACE, Address, Call, Directory, Fleet, Parting

_directory = TypeAdapter(Directory)
_partings = TypeAdapter(tuple[Parting, ...])
_ADDRESSES: Final = {f"peers.{name}": 1 for name in Address.__dataclass_fields__}
_IS_ON: Final = {"meeting.started_at": {"$gt": datetime(1970, 1, 1, tzinfo=UTC)}}

_IS: Final = {"$exists": True}


class CallRepository(Store[Call]):
    """Calls, one document each room, with the facts that wait to be published."""

    def __init__(
        self,
        db: Database,
        *,
        written: Callable[[], None] = lambda: None,
        parted: Callable[[], None] = lambda: None,
    ) -> None:
        """`parted` is called after each write of a call that has partings."""
        self._calls = db["calls"]
        self._parted = parted
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        super().__init__(Call, self._calls, written=written, missing=RoomNotFound())

    async def prepare(self) -> None:
        await self._calls.create_indexes(
            [
                IndexModel([("peers.connection_id", ASCENDING)]),
                IndexModel([("peers.gateway_id", ASCENDING)]),
                IndexModel([("peers.reconnecting_since", ASCENDING)]),
                IndexModel([("meeting.started_at", ASCENDING)], sparse=True),
                IndexModel([("worker_id", ASCENDING)], sparse=True),
                IndexModel([("partings.due", ASCENDING)], sparse=True),
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

    async def save(self, aggregate: Call, *events: Event) -> None:
        await super().save(aggregate, *events)
        if aggregate.partings:
            self._parted()

    async def directory(self, room_id: str) -> Directory:
        """How everybody in the room's call is reached; the only read that a signal costs."""
        found = await self._calls.find_one({"_id": room_id}, {**_ADDRESSES, "worker_id": 1})
        return _directory.validate_python(found or {})

    async def note_setting(self, room_id: str, setting: str) -> None:
        """What the room wants for the meeting that is on.

        No fact tells it, so that a change decided at this moment may undo it; the next join
        brings it again.
        """
        await self._calls.update_one({"_id": room_id, **_IS_ON}, {"$set": {"setting": setting}})

    async def misplaced(self, fleet: Fleet) -> Sequence[str]:
        """Rooms whose call has lost its worker, or wants one that can be had."""
        gone = {"$nin": list(fleet.live)} if fleet.silence_counts else {"$in": list(fleet.stopped)}
        found = await self._rooms({"topology": "sfu", "worker_id": gone})
        if not fleet.live:
            return found
        grown = {"setting": {"$nin": ["mesh", "sfu"]}, f"peers.{FORWARDED_FROM - 1}.peer_id": _IS}
        waiting = {**_IS_ON, "topology": {"$ne": "sfu"}, "$or": [{"setting": "sfu"}, grown]}
        return [*found, *await self._rooms(waiting)]

    async def partings_due(self, *, at: datetime) -> Sequence[tuple[str, Parting]]:
        """What workers have to forget now, with the room it is about."""
        found = self._calls.find({"partings.due": {"$lte": at}}, {"partings": 1})
        return [
            (each["_id"], parting)
            async for each in found
            for parting in _partings.validate_python(each["partings"])
            if parting.due <= at
        ]

    async def parted(self, room_id: str, parting: Parting) -> None:
        """A worker has forgotten it.

        A change decided at this moment may bring it back: it is told once more.
        """
        done = {"worker_id": parting.worker_id, "peer_id": parting.peer_id, "due": parting.due}
        await self._calls.update_one({"_id": room_id}, {"$pull": {"partings": done}})

    async def forget_partings(self, workers: Collection[str]) -> None:
        """Workers other than these have forgotten everything: they are gone."""
        gone = {"worker_id": {"$nin": list(workers)}}
        await self._calls.update_many(
            {"partings.due": _IS, "partings": {"$elemMatch": gone}}, {"$pull": {"partings": gone}}
        )

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
