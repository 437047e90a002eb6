"""rooms over HTTP: who may call what."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Literal

from fastapi import APIRouter, Request, Response

from common import paging
from common.clock import rfc3339
from common.idempotency import Creation, IdempotentRoute
from common.identity import CurrentCaller
from common.paging import BadCursor, Cursor, Limit
from common.problems import RoomNotFound
from common.state import Now
from rooms import handlers
from rooms.domain import Room
from rooms.repository import MeetingRepository
from rooms.requests import (
    AccessView,
    Invite,
    JoinedView,
    JoinRoom,
    MeetingView,
    OpenRoom,
    RoomView,
    UpdateRoom,
)
from rooms.state import Guard, Hashing, Meetings, Rooms

router = APIRouter(prefix="/rooms", tags=["rooms"], route_class=IdempotentRoute)


@router.post("", status_code=201)
async def open_room(
    body: OpenRoom,
    rooms: Rooms,
    hashing: Hashing,
    creation: Creation,
    caller: CurrentCaller,
    now: Now,
) -> RoomView:
    """Open a room; the caller becomes its host."""
    room = await handlers.open_room(rooms, hashing, body, creation=creation, by=caller, at=now)
    return RoomView.of(room, None, seen_by=caller.user_id)


@router.get("")
async def list_rooms(
    request: Request,
    response: Response,
    rooms: Rooms,
    meetings: Meetings,
    caller: CurrentCaller,
    *,
    status: Literal["active", "finished"] | None = None,
    mine: bool = False,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> list[RoomView]:
    """Rooms the caller may see, newest first: their own and, unless `mine`, the public ones."""
    active = None if status is None else status == "active"
    before = _read_place(cursor)
    found = await rooms.list(caller.user_id, mine=mine, active=active, before=before, limit=limit)
    if len(found) == limit:
        paging.link_next(request, response, after=_place(found[-1]))
    current = await meetings.current([room.id for room in found])
    return [RoomView.of(room, current.get(room.id), seen_by=caller.user_id) for room in found]


# Before `/{room_id}`, which would take "history" for a room's id.
@router.get("/history")
async def history(
    request: Request,
    response: Response,
    meetings: Meetings,
    caller: CurrentCaller,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> list[MeetingView]:
    """Meetings the caller was in, newest first."""
    place = paging.position(cursor)
    before = _moment(place) if place else None
    found: Sequence[MeetingView] = [
        MeetingView.of(meeting, meeting.ended_at)
        for meeting in await meetings.of_user(caller.user_id, before=before, limit=limit)
        if meeting.ended_at is not None
    ]
    if len(found) == limit:
        paging.link_next(request, response, after=rfc3339(found[-1].start_time))
    return list(found)


@router.get("/{room_id}")
async def see_room(
    room_id: str, rooms: Rooms, meetings: Meetings, caller: CurrentCaller
) -> RoomView:
    """One room, as much of it as the caller may see."""
    room = await handlers.see(rooms, room_id, by=caller.user_id)
    return await _view(room, meetings, caller.user_id)


@router.patch("/{room_id}")
async def update_room(
    room_id: str,
    body: UpdateRoom,
    rooms: Rooms,
    meetings: Meetings,
    hashing: Hashing,
    caller: CurrentCaller,
    now: Now,
) -> RoomView:
    """Rename the room or change its settings; only its host may."""
    room = await handlers.update(rooms, hashing, room_id, body, by=caller.user_id, at=now)
    return await _view(room, meetings, caller.user_id)


@router.delete("/{room_id}", status_code=204)
async def delete_room(room_id: str, rooms: Rooms, caller: CurrentCaller, now: Now) -> None:
    """Take the room away with everything said in it; only its host may."""
    await handlers.delete(rooms, room_id, by=caller.user_id, at=now)


@router.post("/{room_id}/close", status_code=204)
async def close_room(room_id: str, rooms: Rooms, caller: CurrentCaller, now: Now) -> None:
    """End the room for everyone; only its host may."""
    await handlers.close(rooms, room_id, by=caller.user_id, at=now)


@router.post("/{room_id}/join")
async def join_room(
    room_id: str,
    rooms: Rooms,
    meetings: Meetings,
    guard: Guard,
    hashing: Hashing,
    caller: CurrentCaller,
    now: Now,
    body: JoinRoom | None = None,
) -> JoinedView:
    """Become a participant; the socket's `joinRoom` then makes one present."""
    room = await handlers.join(
        rooms, guard, hashing, room_id, body or JoinRoom(), by=caller, at=now
    )
    person = room.participant(caller.user_id)
    if person is None:
        raise RoomNotFound
    current = await meetings.current([room.id])
    return JoinedView.of(room, person, current.get(room.id))


@router.post("/{room_id}/leave", status_code=204)
async def leave_room(room_id: str, rooms: Rooms, caller: CurrentCaller, now: Now) -> None:
    """Stop being a participant."""
    await handlers.leave(rooms, room_id, by=caller.user_id, at=now)


@router.post("/{room_id}/invitations", status_code=204)
async def invite(room_id: str, body: Invite, rooms: Rooms, caller: CurrentCaller, now: Now) -> None:
    """Ask people to come; each is told once."""
    await handlers.invite(rooms, room_id, body.user_ids, by=caller.user_id, at=now)


@router.get("/{room_id}/access/{user_id}", include_in_schema=False)
async def access(room_id: str, user_id: str, rooms: Rooms, caller: CurrentCaller) -> AccessView:
    """What chat and signaling ask, with the token of the person it is about."""
    room = await handlers.see(rooms, room_id, by=caller.user_id)
    person = room.participant(user_id)
    if person is None or user_id != caller.user_id:
        raise RoomNotFound
    return AccessView(
        display_name=person.display_name,
        role=person.role,
        topology=room.topology,
        is_open=room.closed_at is None,
        seq=room.version,
    )


async def _view(room: Room, meetings: MeetingRepository, user_id: str) -> RoomView:
    current = await meetings.current([room.id])
    return RoomView.of(room, current.get(room.id), seen_by=user_id)


def _place(room: Room) -> str:
    return f"{rfc3339(room.created_at)} {room.id}"


def _read_place(cursor: str | None) -> tuple[datetime, str] | None:
    place = paging.position(cursor)
    if place is None:
        return None
    moment, _, room_id = place.partition(" ")
    return _moment(moment), room_id


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError) as bad:
        raise BadCursor("This cursor is not one that a list gave.") from bad
