"""How a room begins, changes and ends. Pure: state and time come in, facts go out."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from common.events import RoomClosed, RoomDeleted, RoomOpened, RoomUpdated
from rooms.domain.people import invite
from rooms.domain.room import Change, Participant, Room, Topology, only_host, still_open


def open_room(  # noqa: PLR0913 - a room begins with all of this
    room_id: str,
    name: str,
    *,
    host_id: str,
    host_name: str,
    at: datetime,
    invited: Sequence[str] = (),
    is_private: bool = False,
    password_hash: str | None = None,
    topology: Topology = "auto",
    expires_at: datetime | None = None,
) -> Change:
    """A new room; its host is its first participant, the invited are told."""
    room = Room(
        id=room_id,
        name=name,
        host_id=host_id,
        is_private=is_private,
        password_hash=password_hash,
        topology=topology,
        expires_at=expires_at,
        created_at=at,
        updated_at=at,
        participants=(Participant(host_id, host_name, "host", at),),
        version=1,
    )
    opened = RoomOpened(
        occurred_at=at,
        room_id=room_id,
        seq=1,
        room_name=name,
        host_id=host_id,
        host_name=host_name,
        is_private=is_private,
        topology=topology,
    )
    room, told = invite(room, invited, by=host_id, at=at)
    return room, [opened, *told]


def update(  # noqa: PLR0913 - a room has this much that can be changed
    room: Room,
    *,
    by: str,
    at: datetime,
    name: str,
    is_private: bool,
    password_hash: str | None,
    topology: Topology,
    expires_at: datetime | None,
) -> Change:
    """Change what the room is called and how it is set; all of it is given.

    Raises:
        NotTheHost: `by` is not the host.
        RoomEnded: The room is closed.
    """
    only_host(room, by)
    still_open(room)
    changed = replace(
        room,
        name=name,
        is_private=is_private,
        password_hash=password_hash,
        topology=topology,
        expires_at=expires_at,
    )
    if changed == room:
        return room, []
    updated = RoomUpdated(
        occurred_at=at,
        room_id=room.id,
        seq=room.version + 1,
        room_name=name,
        is_private=is_private,
        has_password=password_hash is not None,
        expires_at=expires_at,
        topology=topology,
    )
    return replace(changed, updated_at=at, version=room.version + 1), [updated]


def close(room: Room, *, by: str, at: datetime) -> Change:
    """End the room for everyone; what was said stays readable.

    Raises:
        NotTheHost: `by` is not the host.
        RoomEnded: It was closed before.
    """
    only_host(room, by)
    still_open(room)
    return _closed(room, at=at, reason="host_closed")


def expire(room: Room, *, at: datetime) -> Change:
    """End a room whose time has come; one that is closed or goes on changes nothing."""
    due = room.expires_at is not None and room.expires_at <= at
    if not due or room.closed_at is not None or room.deleted_at is not None:
        return room, []
    return _closed(room, at=at, reason="expired")


def delete(room: Room, *, by: str, at: datetime) -> Change:
    """Take the room away, with its name, its people and what was said in it.

    Raises:
        NotTheHost: `by` is not the host.
    """
    only_host(room, by)
    deleted = RoomDeleted(occurred_at=at, room_id=room.id, seq=room.version + 1)
    emptied = replace(
        room,
        name="",
        participants=(),
        invited=(),
        password_hash=None,
        deleted_at=at,
        updated_at=at,
        version=room.version + 1,
    )
    return emptied, [deleted]


def _closed(room: Room, *, at: datetime, reason: str) -> Change:
    closed = RoomClosed(
        occurred_at=at,
        room_id=room.id,
        seq=room.version + 1,
        reason=reason,
        duration_seconds=(at - room.created_at).total_seconds(),
    )
    return replace(room, closed_at=at, updated_at=at, version=room.version + 1), [closed]
