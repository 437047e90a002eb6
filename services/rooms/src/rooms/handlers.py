"""Load, decide, save: one function for each thing rooms can be asked to do."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from common.identity import Caller
from common.throttle import Throttle
from rooms import domain, names
from rooms.domain import Room
from rooms.passwords import Passwords
from rooms.repository import RoomRepository
from rooms.requests import JoinRoom, OpenRoom, UpdateRoom


async def open_room(  # noqa: PLR0913 - who, what and when
    rooms: RoomRepository,
    passwords: Passwords,
    wanted: OpenRoom,
    *,
    creation: UUID,
    by: Caller,
    at: datetime,
) -> Room:
    """The room that is opened, or was by the same `creation` before."""
    room, events = domain.open_room(
        names.room_id(creation),
        wanted.room_name,
        host_id=by.user_id,
        host_name=by.name,
        at=at,
        invited=wanted.participants,
        is_private=wanted.is_private,
        password_hash=await passwords.hashed(wanted.room_password)
        if wanted.room_password
        else None,
        topology=wanted.settings.topology,
        expires_at=wanted.expires_at,
    )
    return await rooms.create(room, *events)


async def see(rooms: RoomRepository, room_id: str, *, by: str) -> Room:
    """Raises `RoomNotFound` to whom the room does not concern."""
    return domain.visible_to(await rooms.get(room_id), by)


async def join(  # noqa: PLR0913 - who, where, what and when
    rooms: RoomRepository,
    guard: Throttle,
    passwords: Passwords,
    room_id: str,
    wanted: JoinRoom,
    *,
    by: Caller,
    at: datetime,
) -> Room:
    """Raises `PasswordRequired`, `WrongPassword`, `TooManyTries`, and what `admit` raises."""
    room = await see(rooms, room_id, by=by.user_id)
    if room.password_hash is not None and domain.needs_password(room, by.user_id):
        await _knows(guard, passwords, room, room.password_hash, wanted, by=by.user_id, at=at)
    name = wanted.display_name or by.name
    return await rooms.change(room_id, lambda room: domain.admit(room, by.user_id, name, at=at))


async def _knows(  # noqa: PLR0913 - as above
    guard: Throttle,
    passwords: Passwords,
    room: Room,
    password_hash: str,
    wanted: JoinRoom,
    *,
    by: str,
    at: datetime,
) -> None:
    if not wanted.room_password:
        raise domain.PasswordRequired("This room asks for a password.")
    who = f"{room.id} {by}"
    await guard.count("room-password", who, domain.PASSWORD_WAITS, at=at)
    if not await passwords.matches(wanted.room_password, password_hash):
        raise domain.WrongPassword("That is not the password of this room.")
    await guard.forget("room-password", who)


async def leave(rooms: RoomRepository, room_id: str, *, by: str, at: datetime) -> None:
    await rooms.change(room_id, lambda room: domain.leave(room, by, at=at))


async def invite(
    rooms: RoomRepository, room_id: str, user_ids: Sequence[str], *, by: str, at: datetime
) -> None:
    await rooms.change(room_id, lambda room: domain.invite(room, user_ids, by=by, at=at))


async def update(  # noqa: PLR0913 - who, where, what and when
    rooms: RoomRepository,
    passwords: Passwords,
    room_id: str,
    wanted: UpdateRoom,
    *,
    by: str,
    at: datetime,
) -> Room:
    """What is not given stays as it is; a password that is null is taken away."""
    given = wanted.model_fields_set
    new_hash = await passwords.hashed(wanted.room_password) if wanted.room_password else None

    def decide(room: Room) -> domain.Change:
        return domain.update(
            room,
            by=by,
            at=at,
            name=wanted.room_name or room.name,
            is_private=room.is_private if wanted.is_private is None else wanted.is_private,
            password_hash=new_hash if "room_password" in given else room.password_hash,
            topology=wanted.settings.topology if wanted.settings else room.topology,
            expires_at=wanted.expires_at if "expires_at" in given else room.expires_at,
        )

    return await rooms.change(room_id, decide)


async def close(rooms: RoomRepository, room_id: str, *, by: str, at: datetime) -> None:
    await rooms.change(room_id, lambda room: domain.close(room, by=by, at=at))


async def delete(rooms: RoomRepository, room_id: str, *, by: str, at: datetime) -> None:
    await rooms.change(room_id, lambda room: domain.delete(room, by=by, at=at))


async def close_expired(rooms: RoomRepository, *, at: datetime) -> None:
    """Close every room whose time has come; doing it twice changes nothing."""
    for room_id in await rooms.expired(at):
        await rooms.change(room_id, lambda room: domain.expire(room, at=at))
