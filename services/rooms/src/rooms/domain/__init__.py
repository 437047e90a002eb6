"""What rooms decides: pure, nothing here waits, stores or asks for the time."""

from rooms.domain.life import close, delete, expire, open_room, update
from rooms.domain.meeting import Meeting
from rooms.domain.people import admit, invite, leave
from rooms.domain.room import (
    MOST_INVITED,
    MOST_PARTICIPANTS,
    PASSWORD_WAITS,
    Change,
    HostCannotLeave,
    NotTheHost,
    Participant,
    PasswordRequired,
    Room,
    RoomEnded,
    RoomFull,
    TooManyInvited,
    Topology,
    WrongPassword,
    is_inside,
    needs_password,
    visible_to,
)

__all__ = [
    "MOST_INVITED",
    "MOST_PARTICIPANTS",
    "PASSWORD_WAITS",
    "Change",
    "HostCannotLeave",
    "Meeting",
    "NotTheHost",
    "Participant",
    "PasswordRequired",
    "Room",
    "RoomEnded",
    "RoomFull",
    "TooManyInvited",
    "Topology",
    "WrongPassword",
    "admit",
    "close",
    "delete",
    "expire",
    "invite",
    "is_inside",
    "leave",
    "needs_password",
    "open_room",
    "update",
    "visible_to",
]
