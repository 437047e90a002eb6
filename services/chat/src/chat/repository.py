"""Where messages are kept: one document each, which is also the message's outbox."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from chat.domain import LAST_SEQ, Draft, Message, message_id, posted
from common import mongo, outbox
from common.mongo import (
    ASCENDING,
    DESCENDING,
    BulkWriteError,
    Collection,
    Database,
    Document,
    IndexModel,
)

_message = TypeAdapter(Message)
_DUPLICATE = 11000
_READ_AT_ONCE = 256


def collection(db: Database) -> Collection:
    """The messages of all rooms, as a majority has them.

    What is read is answered again, shown and published, so it must not be undone.
    """
    return mongo.of_majority(db["messages"])


class MessageRepository:
    """The logs of all rooms.

    The `_id` holds room and number: it is what makes a number unique in its room.
    """

    def __init__(
        self, db: Database, *, written: Callable[[Sequence[Document]], None] = lambda _: None
    ) -> None:
        self._messages = collection(db)
        self._written = written

    async def prepare(self) -> None:
        await self._messages.create_indexes(
            [
                # Of the two, the client id tells more: a look-up has up to 64 of each.
                IndexModel(
                    [("room_id", ASCENDING), ("client_id", ASCENDING), ("sender", ASCENDING)],
                    unique=True,
                    partialFilterExpression={"client_id": {"$exists": True}},
                ),
            ]
        )

    async def last(self, room_id: str) -> int:
        """The newest number of the room, 0 when nothing was said."""
        newest = await self._messages.find_one(
            _of_room(room_id), {"seq": 1}, sort=[("_id", DESCENDING)]
        )
        return newest["seq"] if newest else 0

    async def stored(self, room_id: str, drafts: Sequence[Draft]) -> Sequence[Message]:
        """The messages with the client ids of these drafts."""
        client_ids = {each.client_id for each in drafts if each.client_id is not None}
        if not client_ids:
            return []
        query = {
            "room_id": room_id,
            "client_id": {"$in": list(client_ids)},
            "sender": {"$in": list({each.sender for each in drafts})},
        }
        return [_read(document) async for document in self._messages.find(query, _FIELDS)]

    async def append(self, documents: Sequence[Document]) -> int:
        """Store documents in this order; returns how many of them.

        Fewer than all when another writer took a number or a client id first.

        Raises:
            PyMongoError: Some may be stored or not.
        """
        if not documents:
            return 0
        try:
            await self._messages.insert_many(documents)
        except BulkWriteError as stopped:
            count = _count_before_collision(stopped)
        else:
            count = len(documents)
        self._written(documents[:count])
        return count

    async def page(
        self, room_id: str, *, after: int | None = None, before: int | None = None, limit: int
    ) -> Sequence[Message]:
        """Messages between two numbers, oldest first.

        The first ones when `after` is given, otherwise the last ones.
        """
        forward = after is not None
        query = _of_room(room_id, after=after or 0, before=before)
        found = self._messages.find(query, _FIELDS).limit(limit)
        messages = [
            _read(each) async for each in found.sort("_id", ASCENDING if forward else DESCENDING)
        ]
        return messages if forward else messages[::-1]

    async def grown(self, after: Mapping[str, int]) -> Sequence[str]:
        """Of these rooms and numbers, the rooms in which something was said since."""
        ranges = [_of_room(room_id, after=seq) for room_id, seq in after.items()]
        return await self._messages.distinct("room_id", {"$or": ranges})

    async def written_since(
        self, room_id: str, *, after: int = 0, since: datetime | None = None, limit: int
    ) -> Sequence[Message]:
        """The last messages, oldest first, back to a number or to a moment.

        Read by number, so that no index of times is needed: the times of a room rise with
        its numbers, but for what the clocks of two replicas differ.
        """
        query = _of_room(room_id, after=after)
        found = self._messages.find(query, _FIELDS).sort("_id", DESCENDING).limit(limit)
        messages: list[Message] = []
        async for document in found:
            if since is not None and document["timestamp"] < since:
                break
            messages.append(_read(document))
        return messages[::-1]

    async def all_since(self, since: datetime) -> AsyncIterator[Message]:
        """What was said anywhere since a moment, in the order of time.

        There is no index for it: MongoDB looks at every message and sorts.
        """
        found = self._messages.find({"timestamp": {"$gte": since}}, _FIELDS)
        ordered = found.sort([("timestamp", ASCENDING), ("_id", ASCENDING)])
        async for each in ordered.allow_disk_use(True).batch_size(_READ_AT_ONCE):
            yield _read(each)

    async def delete_room(self, room_id: str) -> None:
        """Take everything away that was said in the room; again changes nothing."""
        await self._messages.delete_many(_of_room(room_id))


def as_document(message: Message) -> Document:
    """The message with its fact, told as caused by the current trace."""
    content: Document = _message.dump_python(message)
    optional = {name for name in ("client_id", "reply_to") if content[name] is None}
    kept = {name: value for name, value in content.items() if name not in optional}
    return {
        "_id": kept.pop("id"),
        **kept,
        outbox.FIELD: outbox.entries([posted(message)]),
    }


_FIELDS = {name: 1 for name in Message.__slots__ if name != "id"}


def _read(document: dict[str, Any]) -> Message:
    """Ignore what a newer replica added and default what an older one left out."""
    return _message.validate_python({**document, "id": document["_id"]})


def _of_room(room_id: str, *, after: int = 0, before: int | None = None) -> Document:
    # With the range alone, a room `a:1` would be among the messages of room `a`.
    end = (
        {"$lte": message_id(room_id, LAST_SEQ)}
        if before is None
        else {"$lt": message_id(room_id, before)}
    )
    return {"_id": {"$gt": message_id(room_id, after), **end}, "room_id": room_id}


def _count_before_collision(stopped: BulkWriteError) -> int:
    """How many of an ordered batch are stored; raises it again if that is not sure."""
    details = stopped.details
    errors = details["writeErrors"]
    if details["writeConcernErrors"] or not errors or errors[0]["code"] != _DUPLICATE:
        raise stopped
    return int(errors[0]["index"])
