"""Where rooms and the log of their meetings are kept."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from common import mongo
from common.identity import Caller
from common.mongo import ASCENDING, DESCENDING, Database, Document, IndexModel
from common.problems import RoomNotFound
from common.store import Store
from common.together import Together
from rooms.domain import Meeting, Room

_meeting = TypeAdapter(Meeting)


class RoomRepository(Store[Room]):
    """Rooms, one document each, with the facts that wait to be published."""

    def __init__(self, db: Database, *, written: Callable[[], None] = lambda: None) -> None:
        self._rooms = db["rooms"]
        super().__init__(Room, self._rooms, written=written, missing=RoomNotFound())

    async def prepare(self) -> None:
        await self._rooms.create_indexes(
            [
                IndexModel([("participants.user_id", ASCENDING), ("_id", ASCENDING)]),
                IndexModel([("invited", ASCENDING), ("_id", ASCENDING)]),
                IndexModel([("is_private", ASCENDING), ("created_at", DESCENDING)]),
                IndexModel([("expires_at", ASCENDING)], sparse=True),
            ]
        )

    async def may_hear(self, room_id: str, caller: Caller, _token: str) -> bool:
        """Whether the caller is a participant of a room that is still there."""
        room = await self.find(room_id)
        return (
            room is not None
            and room.deleted_at is None
            and room.participant(caller.user_id) is not None
        )

    async def list(
        self,
        user_id: str,
        *,
        mine: bool,
        active: bool | None,
        before: tuple[datetime, str] | None,
        limit: int,
    ) -> Sequence[Room]:
        """Rooms this person may see, newest first; `before` is where the last page ended."""
        own: list[Document] = [{"participants.user_id": user_id}, {"invited": user_id}]
        visible = own if mine else [*own, {"is_private": False}]
        query: Document = {"deleted_at": None, "$or": visible}
        if active is not None:
            query["closed_at"] = None if active else {"$ne": None}
        if before is not None:
            at, room_id = before
            older = [{"created_at": {"$lt": at}}, {"created_at": at, "_id": {"$lt": room_id}}]
            query["$and"] = [{"$or": older}]
        newest = [("created_at", DESCENDING), ("_id", DESCENDING)]
        return [self.read(each) async for each in self._rooms.find(query).sort(newest).limit(limit)]

    async def expired(self, at: datetime) -> Sequence[str]:
        """Ids of open rooms whose time has come."""
        query = {"expires_at": {"$lte": at}, "closed_at": None, "deleted_at": None}
        return [each["_id"] async for each in self._rooms.find(query, {"_id": 1}).limit(100)]


class MeetingRepository:
    """The log of meetings, written by facts that may come twice or out of order."""

    def __init__(self, db: Database) -> None:
        self._meetings = db["meetings"]
        self._saying = Together(self._said)

    async def prepare(self) -> None:
        await self._meetings.create_indexes(
            [
                IndexModel([("room_id", ASCENDING), ("started_at", DESCENDING)]),
                IndexModel([("users", ASCENDING), ("started_at", DESCENDING)]),
            ]
        )

    async def started(self, meeting: Meeting) -> None:
        await self._update(
            meeting.id, meeting.room_id, {"$min": {"started_at": meeting.started_at}}
        )
        # Once only: when the fact comes again, the room may have another name, or none.
        await self._meetings.update_one(
            {"_id": meeting.id, "room_name": {"$exists": False}},
            {"$set": {"room_name": meeting.room_name, "host_id": meeting.host_id}},
        )

    async def joined(self, meeting_id: str, room_id: str, peer_id: str, user_id: str) -> None:
        change = {"$set": {f"joined.{peer_id}": user_id}, "$addToSet": {"users": user_id}}
        await self._update(meeting_id, room_id, change)

    async def left(self, meeting_id: str, room_id: str, peer_id: str) -> None:
        await self._update(meeting_id, room_id, {"$addToSet": {"left": peer_id}})

    async def ended(
        self, meeting_id: str, room_id: str, started_at: datetime, at: datetime
    ) -> None:
        change = {"$set": {"ended_at": at}, "$min": {"started_at": started_at}}
        await self._update(meeting_id, room_id, change)

    async def said(self, room_id: str, seq: int, at: datetime) -> None:
        """A message was posted: it belongs to the meeting that was on, if one was."""
        during = {
            "room_id": room_id,
            "started_at": {"$lte": at},
            "$or": [{"ended_at": None}, {"ended_at": {"$gte": at}}],
        }
        change = {"$min": {"first_message": seq}, "$max": {"last_message": seq}}
        await self._saying.add(mongo.UpdateOne(during, change))

    async def _said(self, updates: Sequence[mongo.UpdateOne]) -> None:
        await self._meetings.bulk_write(list(updates), ordered=False)

    async def current(self, room_ids: Sequence[str]) -> dict[str, Meeting]:
        """The newest meeting of each room that has had one."""
        newest = await asyncio.gather(*(self._newest(room_id) for room_id in room_ids))
        return {meeting.room_id: meeting for meeting in newest if meeting is not None}

    async def _newest(self, room_id: str) -> Meeting | None:
        begun = {"room_id": room_id, "started_at": {"$exists": True}}
        found = await self._meetings.find_one(begun, sort=[("started_at", DESCENDING)])
        return None if found is None else _read(found)

    async def of_user(
        self, user_id: str, *, before: datetime | None, limit: int
    ) -> Sequence[Meeting]:
        """Ended meetings this person was in, newest first."""
        query: Document = {"users": user_id, "ended_at": {"$ne": None}}
        if before is not None:
            query["started_at"] = {"$lt": before}
        newest = self._meetings.find(query).sort("started_at", DESCENDING)
        return [_read(document) async for document in newest.limit(limit)]

    async def _update(self, meeting_id: str, room_id: str, change: dict[str, Any]) -> None:
        always = {"$setOnInsert": {"room_id": room_id}}
        await self._meetings.update_one({"_id": meeting_id}, {**always, **change}, upsert=True)


def _read(document: Document) -> Meeting:
    return _meeting.validate_python(
        {"room_name": "", "host_id": "", **document, "id": document["_id"]}
    )
