"""Where notifications are kept."""

from collections.abc import Callable, Sequence
from datetime import datetime

from pydantic import TypeAdapter

from common import mongo, outbox
from common.mongo import (
    ASCENDING,
    DESCENDING,
    Database,
    Document,
    IndexModel,
    ReturnDocument,
)
from notify.domain import INVITATION, Change, Notification, NotificationNotFound, Status

_notification = TypeAdapter(Notification)


class NotificationRepository:
    """Notifications, one document each, with the fact that waits to be published."""

    def __init__(self, db: Database, *, written: Callable[[], None] = lambda: None) -> None:
        self._notifications = db["notifications"]
        self._written = written

    async def prepare(self) -> None:
        newest = [("created_at", DESCENDING), ("_id", DESCENDING)]
        await self._notifications.create_indexes(
            [
                IndexModel([("user_id", ASCENDING), *newest]),
                IndexModel([("user_id", ASCENDING), ("status", ASCENDING), *newest]),
                IndexModel([("related_room_id", ASCENDING), ("kind", ASCENDING)]),
            ]
        )

    async def add(self, changes: Sequence[Change]) -> None:
        """Keep notifications and their facts; those that are here already stay as they are."""
        if not changes:
            return
        await mongo.insert_missing(self._notifications, [_document(change) for change in changes])
        self._written()

    async def list(
        self,
        user_id: str,
        *,
        status: Status | None,
        before: tuple[datetime, str] | None,
        limit: int,
    ) -> Sequence[Notification]:
        """This person's notifications, newest first; `before` is where the last page ended."""
        query: Document = {"user_id": user_id}
        if status is not None:
            query["status"] = status
        if before is not None:
            at, key = before
            query["$or"] = [{"created_at": {"$lt": at}}, {"created_at": at, "_id": {"$lt": key}}]
        newest = [("created_at", DESCENDING), ("_id", DESCENDING)]
        found = self._notifications.find(query).sort(newest).limit(limit)
        return [_read(document) async for document in found]

    async def mark(self, key: str, user_id: str, status: Status) -> Notification:
        """Note whether this person has read it.

        Raises:
            NotificationNotFound: They have no such notification.
        """
        document = await self._notifications.find_one_and_update(
            {"_id": key, "user_id": user_id},
            {"$set": {"status": status}},
            return_document=ReturnDocument.AFTER,
        )
        if document is None:
            raise NotificationNotFound
        return _read(document)

    async def mark_all_read(self, user_id: str) -> None:
        unread = {"user_id": user_id, "status": "unread"}
        await self._notifications.update_many(unread, {"$set": {"status": "read"}})

    async def withdraw_invitations(self, room_id: str) -> None:
        """Forget every invitation to a room."""
        await self._notifications.delete_many({"related_room_id": room_id, "kind": INVITATION})


def _document(change: Change) -> Document:
    notification, created = change
    content: Document = _notification.dump_python(notification)
    return {"_id": content.pop("id"), **content, outbox.FIELD: outbox.entries([created])}


def _read(document: Document) -> Notification:
    return _notification.validate_python({**document, "id": document["_id"]})
