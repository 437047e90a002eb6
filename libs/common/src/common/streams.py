"""What was told in a room after a number: how gateways find what the bus did not bring.

The bus may lose what it was to show, and may be away; the numbers of a stream tell. A
service that numbers facts of rooms answers `POST /streams` from what it has stored.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Annotated, Any, Protocol

from fastapi import APIRouter
from pydantic import Field

from common.access import AccessList
from common.events import Envelope
from common.frames import Told
from common.identity import Caller, InvalidToken, Verifier
from common.mongo import ASCENDING, IndexModel
from common.mongo import Collection as Documents
from common.outbox import ARCHIVE, FIELD, read
from common.problems import RoomNotFound
from common.state import held
from common.wire import Wire

MOST_ROOMS = 200
"""Rooms one question may be about."""
AT_ONCE = 200
"""Facts of one room that are told at once; who lacks more asks again."""


class Wanted(Wire):
    """One room whose stream is asked for."""

    room_id: str = Field(max_length=64)
    after: int | None = Field(default=None, ge=0)
    """What was told after this number is wanted; without one only the newest number."""
    token: str
    """Access token of somebody who hears the room: they must be allowed to, still."""


class Missed(Wire):
    """What there is of one room's stream."""

    room_id: str
    newest: int
    """The stream's newest number."""
    told: list[Told] = Field(default_factory=list)
    """In order, `AT_ONCE` at most. When it does not begin right after the number that was
    asked for, what is between is no longer kept."""


class Wants(Wire):
    rooms: list[Wanted] = Field(max_length=MOST_ROOMS)


class Found(Wire):
    """Rooms with nothing new are left out."""

    rooms: list[Missed] = Field(default_factory=list)
    refused: list[str] = Field(default_factory=list)
    """Rooms whose token's owner may not hear them any more."""


class Log(Protocol):
    """The stored streams of one service."""

    async def grown(self, after: Mapping[str, int]) -> Collection[str]:
        """Of these rooms and numbers, the rooms that have newer ones."""

    async def newest(self, room_id: str) -> int:
        """The stream's newest number, 0 before the first."""

    async def since(self, room_id: str, seq: int, limit: int) -> Sequence[Envelope]:
        """What was told after a number, in order; less than there was when it is not kept."""


class Facts:
    """The log of a service whose aggregates are rooms or calls: archive and outbox."""

    def __init__(self, aggregates: Documents) -> None:
        """`aggregates` holds one document for each room, with the room's id."""
        self._aggregates = aggregates
        self._archive = aggregates.database[ARCHIVE]

    async def prepare(self) -> None:
        """Create the index that finds a room's facts in order."""
        await self._archive.create_indexes(
            [
                IndexModel(
                    [("room_id", ASCENDING), ("seq", ASCENDING)],
                    partialFilterExpression={"seq": {"$exists": True}},
                )
            ]
        )

    async def grown(self, after: Mapping[str, int]) -> Collection[str]:
        found = self._aggregates.find({"_id": {"$in": list(after)}}, {"version": 1})
        return [each["_id"] async for each in found if each["version"] > after[each["_id"]]]

    async def newest(self, room_id: str) -> int:
        found = await self._aggregates.find_one({"_id": room_id}, {"version": 1})
        return int(found["version"]) if found else 0

    async def since(self, room_id: str, seq: int, limit: int) -> Sequence[Envelope]:
        # The relay archives before it takes out: read in this order nothing slips through.
        document = await self._aggregates.find_one({"_id": room_id}, {FIELD: 1})
        waiting = [read(entry) for entry in (document or {}).get(FIELD, [])]
        query: dict[str, Any] = {"room_id": room_id, "seq": {"$gt": seq}}
        found = self._archive.find(query).sort("seq", ASCENDING).limit(limit)
        archived = [read({**entry, "id": entry["_id"]}) async for entry in found]
        facts = {number: fact for fact in (*waiting, *archived) if (number := fact.seq or 0) > seq}
        return [facts[number] for number in sorted(facts)][:limit]


MayHear = Callable[[str, Caller, str], Awaitable[bool]]
"""Whether somebody may hear a room: its id, who, and their token."""


class Streams:
    """Answers gateways from a log, for people who may hear."""

    def __init__(self, log: Log, verifier: Verifier, may_hear: MayHear) -> None:
        self._log = log
        self._verifier = verifier
        self._may_hear = may_hear

    async def missed(self, wants: Wants) -> Found:
        """What each room has that is newer than what was asked after."""
        known = {each.room_id: each.after for each in wants.rooms if each.after is not None}
        grown = set(await self._log.grown(known)) if known else set()
        found = Found()
        for each in wants.rooms:
            if each.after is not None and each.room_id not in grown:
                continue
            try:
                caller = await self._verifier.verify(each.token)
            except InvalidToken:
                continue  # it ended on its way; the gateway's next question has another
            if await self._may_hear(each.room_id, caller, each.token):
                found.rooms.append(await self._room(each))
            else:
                found.refused.append(each.room_id)
        return found

    async def _room(self, wanted: Wanted) -> Missed:
        if wanted.after is None:
            newest = await self._log.newest(wanted.room_id)
            return Missed(room_id=wanted.room_id, newest=newest)
        facts = await self._log.since(wanted.room_id, wanted.after, AT_ONCE)
        told = [
            Told(frame=fact.frame, seq=fact.seq, type=fact.type, body=fact.body)
            for fact in facts
            if fact.frame is not None and fact.seq is not None
        ]
        newest = await self._log.newest(wanted.room_id)
        return Missed(room_id=wanted.room_id, newest=newest, told=told)


def hearers(access: AccessList) -> MayHear:
    """Who may hear a room, by a service's own copy of the access list."""

    async def may_hear(room_id: str, caller: Caller, token: str) -> bool:
        try:
            await access.of(room_id, caller.user_id, token)
        except RoomNotFound:
            return False
        return True

    return may_hear


router = APIRouter(include_in_schema=False)


@router.post("/streams")
async def streams(wants: Wants, streams: Annotated[Streams, held("streams")]) -> Found:
    """What gateways ask; it has no address outside."""
    return await streams.missed(wants)
