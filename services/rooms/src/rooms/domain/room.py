"""What a room is, and who may know of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from common.events import Event
from common.problems import Conflict, Forbidden, RoomNotFound

Topology = Literal["auto", "mesh", "sfu"]

MOST_PARTICIPANTS = 500
MOST_INVITED = 1_000

PASSWORD_WAITS = (0, 0, 0, 0, 0, 2, 4, 8, 16, 32, 60)
"""Seconds to wait after so many wrong passwords of one person; the last for any more."""


class NotTheHost(Forbidden):
    code = "not-the-host"


class PasswordRequired(Forbidden):
    code = "room-password-required"


class WrongPassword(Forbidden):
    code = "wrong-room-password"


class RoomEnded(Conflict):
    code = "room-closed"


class RoomFull(Conflict):
    code = "room-full"


class TooManyInvited(Conflict):
    code = "too-many-invited"


class HostCannotLeave(Conflict):
    code = "host-cannot-leave"


@dataclass(frozen=True, slots=True)
class Participant:
    """A person admitted to a room."""

    user_id: str
    display_name: str
    role: str
    """`host` or `participant`."""
    joined_at: datetime


@dataclass(frozen=True, slots=True)
class Room:
    """A durable place to meet; the meetings in it come and go."""

    id: str
    name: str
    host_id: str
    is_private: bool
    """Not listed for everybody; only the invited, or who knows the password, may enter."""
    password_hash: str | None
    topology: Topology
    expires_at: datetime | None
    created_at: datetime
    updated_at: datetime
    participants: tuple[Participant, ...] = ()
    invited: tuple[str, ...] = ()
    """User ids asked to come, whether they did or not."""
    closed_at: datetime | None = None
    deleted_at: datetime | None = None
    version: int = 0

    def participant(self, user_id: str) -> Participant | None:
        return next((each for each in self.participants if each.user_id == user_id), None)


Change = tuple[Room, Sequence[Event]]


def visible_to(room: Room, user_id: str) -> Room:
    """The room, if this person may know of it.

    Somebody who knows the id of a room with a password may know that it exists:
    the password is what keeps them out.

    Raises:
        RoomNotFound: It is deleted, or private and this person has no business in it.
    """
    known = (
        not room.is_private
        or room.password_hash is not None
        or user_id in room.invited
        or room.participant(user_id) is not None
    )
    if room.deleted_at is not None or not known:
        raise RoomNotFound
    return room


def is_inside(room: Room, user_id: str) -> bool:
    """Whether the person may see who is in the room and what it is set to."""
    open_to_all = not room.is_private and room.password_hash is None
    return open_to_all or user_id in room.invited or room.participant(user_id) is not None


def needs_password(room: Room, user_id: str) -> bool:
    """Whether the person has to know the password to be admitted; the invited need not."""
    if room.password_hash is None or user_id in room.invited:
        return False
    return room.participant(user_id) is None


def only_host(room: Room, user_id: str) -> None:
    """Raises `NotTheHost`, or `RoomNotFound` to whom may not know of the room."""
    visible_to(room, user_id)
    if user_id != room.host_id:
        raise NotTheHost("Only the host of a room may do this.")


def still_open(room: Room) -> None:
    """Raises `RoomEnded`."""
    if room.closed_at is not None:
        raise RoomEnded("This meeting has ended.")
