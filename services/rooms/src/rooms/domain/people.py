"""Who comes into a room and who leaves it. Pure: state and time come in, facts go out."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from common.events import ParticipantAdmitted, ParticipantRemoved, PeopleInvited
from common.problems import RoomNotFound
from rooms.domain.room import (
    MOST_INVITED,
    MOST_PARTICIPANTS,
    Change,
    HostCannotLeave,
    Participant,
    Room,
    RoomFull,
    TooManyInvited,
    still_open,
    visible_to,
)


def admit(room: Room, user_id: str, display_name: str, *, at: datetime) -> Change:
    """Let a person take part; admitting them again changes nothing but their name.

    Whether they know the password was checked before (`needs_password`): verifying it
    takes longer than a decision may.

    Raises:
        RoomNotFound: They may not know of the room.
        RoomEnded: The room is closed.
        RoomFull: It holds `MOST_PARTICIPANTS` already.
    """
    visible_to(room, user_id)
    still_open(room)
    known = room.participant(user_id)
    if known is not None and known.display_name == display_name:
        return room, []
    if known is None and len(room.participants) >= MOST_PARTICIPANTS:
        raise RoomFull(f"A room holds at most {MOST_PARTICIPANTS} people.")

    joined_at = known.joined_at if known else at
    role = known.role if known else "participant"
    person = Participant(user_id, display_name, role, joined_at)
    others = tuple(each for each in room.participants if each.user_id != user_id)
    admitted = ParticipantAdmitted(
        occurred_at=at,
        room_id=room.id,
        seq=room.version + 1,
        user_id=user_id,
        display_name=display_name,
        role=role,
    )
    changed = replace(room, participants=(*others, person), updated_at=at, version=room.version + 1)
    return changed, [admitted]


def leave(room: Room, user_id: str, *, at: datetime) -> Change:
    """End a person's part in the room; who is no participant changes nothing.

    Raises:
        HostCannotLeave: The host closes or deletes the room instead.
    """
    visible_to(room, user_id)
    if user_id == room.host_id:
        raise HostCannotLeave("You host this room: close or delete it instead.")
    if room.participant(user_id) is None:
        return room, []
    removed = ParticipantRemoved(
        occurred_at=at, room_id=room.id, seq=room.version + 1, user_id=user_id, reason="left"
    )
    changed = replace(
        room,
        participants=tuple(each for each in room.participants if each.user_id != user_id),
        invited=tuple(each for each in room.invited if each != user_id),
        updated_at=at,
        version=room.version + 1,
    )
    return changed, [removed]


def invite(room: Room, user_ids: Sequence[str], *, by: str, at: datetime) -> Change:
    """Ask people to come; who was asked already is not asked again.

    Raises:
        RoomNotFound: `by` does not take part in the room.
        RoomEnded: The room is closed.
        TooManyInvited: There would be more than `MOST_INVITED`.
    """
    inviter = room.participant(by)
    if inviter is None or room.deleted_at is not None:
        raise RoomNotFound
    still_open(room)
    news = [each for each in dict.fromkeys(user_ids) if each not in room.invited and each != by]
    if not news:
        return room, []
    if len(room.invited) + len(news) > MOST_INVITED:
        raise TooManyInvited(f"At most {MOST_INVITED} people can be invited to a room.")
    invited = PeopleInvited(
        occurred_at=at,
        room_id=room.id,
        seq=room.version + 1,
        room_name=room.name,
        inviter_id=by,
        inviter_name=inviter.display_name,
        user_ids=news,
    )
    changed = replace(room, invited=(*room.invited, *news), updated_at=at, version=room.version + 1)
    return changed, [invited]
