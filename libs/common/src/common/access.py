"""Who may take part in a room: a service's own copy of what rooms decided.

Kept from rooms' facts. When a person is not in it yet, rooms is asked once over
HTTP, so that a join is seen at once: the only call between services there is.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from common.admission import Access
from common.bus import Subscription
from common.events import (
    ParticipantAdmitted,
    ParticipantRemoved,
    RoomClosed,
    RoomDeleted,
    RoomEvent,
    RoomOpened,
)
from common.lookup import Lookup
from common.mongo import ASCENDING, Collection, Database, Document, IndexModel
from common.problems import RoomNotFound, Unavailable

__all__ = ["Access", "AccessList", "RoomNotFound"]


BELIEVED = 0.5
"""Seconds for which another process may have heard already that somebody was removed."""
_MOST_BELIEVED = 2_000  # rooms


class AccessList:
    """The collections `access` (one row a person and room) and `access_rooms`.

    Facts may come late, twice or out of order: each row keeps the `seq` of the
    newest one it has seen and lets no older one change it.

    A place that was found good is believed for `BELIEVED` seconds: somebody who writes
    much is not looked up for each message. What this process hears ends that at once.
    """

    def __init__(self, db: Database, rooms_url: str, client: httpx.AsyncClient) -> None:
        self._people = db["access"]
        self._rooms = db["access_rooms"]
        self._person = Lookup(partial(_documents, self._people))
        self._room = Lookup(partial(_documents, self._rooms))
        self._url = rooms_url
        self._client = client
        self._believed: dict[str, dict[str, tuple[float, Access]]] = {}

    async def prepare(self) -> None:
        """Create the index that finds everybody of one room."""
        await self._people.create_indexes([IndexModel([("room", ASCENDING)])])

    async def of(self, room_id: str, user_id: str, token: str) -> Access:
        """The person's place in the room, as rooms sees it.

        Raises:
            RoomNotFound: They have none.
            Unavailable: It is not known here and rooms does not answer.
        """
        now = asyncio.get_running_loop().time()
        until, believed = self._believed.get(room_id, {}).get(user_id, (0.0, None))
        if believed is not None and now < until:
            return believed
        access = await self._look_up(room_id, user_id, token)
        if len(self._believed) >= _MOST_BELIEVED:
            self._believed.clear()
        self._believed.setdefault(room_id, {})[user_id] = (now + BELIEVED, access)
        return access

    async def _look_up(self, room_id: str, user_id: str, token: str) -> Access:
        row, room = await self._known(room_id, user_id)
        if row is None or not row["admitted"] or room is None or "topology" not in room:
            return await self._ask(room_id, user_id, token)
        if room.get("deleted"):
            raise RoomNotFound
        access = Access(room_id, user_id, row["name"], row["role"], room["topology"])
        return replace(access, is_open=not room.get("closed", False))

    async def admits(self, room_id: str, user_id: str) -> bool:
        """Whether the person may take part now, as far as it is known here; rooms is not asked."""
        row, known = await self._known(room_id, user_id)
        room = known or {}
        ended = room.get("closed", False) or room.get("deleted", False)
        return row is not None and row["admitted"] and not ended

    async def _known(self, room_id: str, user_id: str) -> tuple[Document | None, Document | None]:
        """The person's row and the room's, read at the same time: every message asks."""
        return await asyncio.gather(
            self._person.get(_key(room_id, user_id)), self._room.get(room_id)
        )

    async def _ask(self, room_id: str, user_id: str, token: str) -> Access:
        try:
            answer = await self._client.get(
                f"{self._url}/rooms/{quote(room_id, safe='')}/access/{quote(user_id, safe='')}",
                headers={"Authorization": f"Bearer {token}"},
            )
        except (httpx.HTTPError, httpx.InvalidURL) as away:
            raise Unavailable("The room cannot be looked up right now; please try again.") from away
        if answer.status_code == HTTPStatus.NOT_FOUND:
            raise RoomNotFound
        if answer.is_error:
            raise Unavailable("The room cannot be looked up right now; please try again.")
        told = answer.json()
        access = Access(
            room_id=room_id,
            user_id=user_id,
            display_name=told["displayName"],
            role=told["role"],
            topology=told["topology"],
            is_open=told["isOpen"],
        )
        await self._admit(access, seq=told["seq"])
        await self._update_room(room_id, told["seq"], {"topology": access.topology})
        return access

    def subscriptions(self) -> list[Subscription[Any]]:
        """What keeps the copy true."""
        return [
            Subscription(RoomOpened, self._opened),
            Subscription(ParticipantAdmitted, self._admitted),
            Subscription(ParticipantRemoved, self._removed),
            Subscription(RoomClosed, self._closed),
            Subscription(RoomDeleted, self._deleted),
        ]

    async def _opened(self, event: RoomOpened) -> None:
        await self._update_room(event.room_id, event.seq, {"topology": event.topology})
        host = Access(event.room_id, event.host_id, event.host_name, "host")
        await self._admit(host, seq=event.seq)

    async def _admitted(self, event: ParticipantAdmitted) -> None:
        person = Access(event.room_id, event.user_id, event.display_name, event.role)
        await self._admit(person, seq=event.seq)

    async def _removed(self, event: ParticipantRemoved) -> None:
        await self._write(event.room_id, event.user_id, event.seq, {"admitted": False})

    async def _closed(self, event: RoomClosed) -> None:
        await self._end_room(event, "closed")

    async def _deleted(self, event: RoomDeleted) -> None:
        await self._end_room(event, "deleted")

    async def _end_room(self, event: RoomEvent, how: str) -> None:
        # Final, so its order among other facts does not matter.
        await self._rooms.update_one({"_id": event.room_id}, {"$set": {how: True}}, upsert=True)
        self._believed.pop(event.room_id, None)

    async def is_deleted(self, room_id: str) -> bool:
        """Whether it is known here that the room is gone."""
        return await self._rooms.find_one({"_id": room_id, "deleted": True}) is not None

    async def topology(self, room_id: str) -> str:
        """How the room wants its calls to carry media, as far as it is known here."""
        room = await self._rooms.find_one({"_id": room_id}) or {}
        return str(room.get("topology", "auto"))

    async def set_topology(self, room_id: str, seq: int, topology: str) -> None:
        """The room's calls carry media another way from now on."""
        await self._update_room(room_id, seq, {"topology": topology})

    async def _admit(self, person: Access, *, seq: int) -> None:
        fields = {"admitted": True, "name": person.display_name, "role": person.role}
        await self._write(person.room_id, person.user_id, seq, fields)

    async def _write(self, room_id: str, user_id: str, seq: int, fields: Document) -> None:
        row = {**fields, "room": room_id, "user": user_id}
        await self._people.update_one(
            {"_id": _key(room_id, user_id)}, _if_newer(seq, row), upsert=True
        )
        self._believed.pop(room_id, None)

    async def _update_room(self, room_id: str, seq: int, fields: Document) -> None:
        await self._rooms.update_one({"_id": room_id}, _if_newer(seq, fields), upsert=True)
        self._believed.pop(room_id, None)


async def _documents(collection: Collection, keys: Iterable[str]) -> dict[str, Document]:
    found = collection.find({"_id": {"$in": list(keys)}})
    return {each["_id"]: each async for each in found}


def _if_newer(seq: int, fields: Document) -> list[Document]:
    """An update that changes a row only when it has not seen `seq` yet."""
    # $literal: a name may begin with a dollar sign, which a pipeline would read as a path.
    merged = {"$mergeObjects": ["$$ROOT", {"$literal": {**fields, "seq": seq}}]}
    older = {"$lt": [{"$ifNull": ["$seq", 0]}, seq]}
    return [{"$replaceWith": {"$cond": [older, merged, "$$ROOT"]}}]


def _key(room_id: str, user_id: str) -> str:
    return f"{room_id}:{user_id}"
