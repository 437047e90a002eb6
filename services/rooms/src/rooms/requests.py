"""What rooms is asked and what it answers, as JSON."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AwareDatetime, Field, StringConstraints

from common.clock import Timestamp
from common.wire import Body, Wire
from rooms.domain import Meeting, Participant, Room, Topology, is_inside

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Password = Annotated[str, StringConstraints(min_length=4, max_length=128)]
UserIds = Annotated[
    list[Annotated[str, StringConstraints(min_length=1, max_length=64)]], Field(max_length=200)
]


Expiry = Annotated[
    AwareDatetime, Field(ge=datetime(2000, 1, 1, tzinfo=UTC), le=datetime(2200, 1, 1, tzinfo=UTC))
]


class RoomSettings(Body):
    topology: Topology = "auto"
    """How calls carry media: peer to peer (`mesh`), through a server (`sfu`) or as fits."""


class OpenRoom(Body):
    room_name: Name
    participants: UserIds = Field(default_factory=list)
    """User ids to invite."""
    is_private: bool = False
    """Only the invited, or who knows the password, may enter; not listed for everybody."""
    room_password: Password | None = None
    expires_at: Expiry | None = None
    """When the room closes by itself."""
    settings: RoomSettings = RoomSettings()


class UpdateRoom(Body):
    room_name: Name | None = None
    is_private: bool | None = None
    room_password: Password | None = None
    """Null takes the password away; leave it out to keep it."""
    expires_at: Expiry | None = None
    settings: RoomSettings | None = None


class JoinRoom(Body):
    room_password: str | None = Field(default=None, max_length=128)
    display_name: Name | None = None


class Invite(Body):
    user_ids: UserIds


class ParticipantView(Wire):
    user_id: str
    display_name: str
    role: str
    joined_at: Timestamp


class RoomView(Wire):
    room_id: str
    room_name: str
    host: str
    """User id of who made the room."""
    host_name: str
    status: str
    """`active` or `finished`."""
    is_private: bool
    has_password: bool
    participants: list[str]
    """User ids of everybody invited or admitted."""
    invited: list[str]
    members: list[ParticipantView]
    """Who was admitted."""
    present: list[str]
    """User ids of who is in the call now."""
    settings: RoomSettings
    role: str | None
    """What the caller is in the room."""
    start_time: Timestamp | None
    """When its newest meeting began."""
    end_time: Timestamp | None
    expires_at: Timestamp | None
    created_at: Timestamp
    updated_at: Timestamp
    seq: int
    """Number of the newest fact of the room that this contains."""

    @classmethod
    def of(cls, room: Room, meeting: Meeting | None, *, seen_by: str) -> "RoomView":
        """The room as one person may see it: from outside, little more than its name."""
        inside = is_inside(room, seen_by)
        members = room.participants if inside else ()
        invited = room.invited if inside else ()
        own = room.participant(seen_by)
        host = room.participant(room.host_id)
        return cls(
            room_id=room.id,
            room_name=room.name,
            host=room.host_id if inside else "",
            host_name=host.display_name if host and inside else "",
            status="active" if room.closed_at is None else "finished",
            is_private=room.is_private,
            has_password=room.password_hash is not None,
            participants=list(dict.fromkeys([*invited, *(each.user_id for each in members)])),
            invited=list(invited),
            members=[ParticipantView.model_validate(each) for each in members],
            present=meeting.present if meeting and inside else [],
            settings=RoomSettings(topology=room.topology),
            role=own.role if own else None,
            start_time=meeting.started_at if meeting and inside else None,
            end_time=meeting.ended_at if meeting and inside else None,
            expires_at=room.expires_at,
            created_at=room.created_at,
            updated_at=room.updated_at,
            seq=room.version,
        )


class JoinedView(Wire):
    participant: ParticipantView
    room: RoomView

    @classmethod
    def of(cls, room: Room, person: Participant, meeting: Meeting | None) -> "JoinedView":
        return cls(
            participant=ParticipantView.model_validate(person),
            room=RoomView.of(room, meeting, seen_by=person.user_id),
        )


class AccessView(Wire):
    """What another service asks before it lets somebody into a call or a chat."""

    display_name: str
    role: str
    topology: str
    is_open: bool
    seq: int
    """Version of the room this answer is true for."""


class MeetingView(Wire):
    meeting_id: str
    room_id: str
    room_name: str
    host_id: str
    participants: list[str]
    start_time: Timestamp
    end_time: Timestamp
    duration_seconds: float
    chat_messages: int
    summary: str
    created_at: Timestamp
    updated_at: Timestamp

    @classmethod
    def of(cls, meeting: Meeting, ended_at: datetime) -> "MeetingView":
        return cls(
            meeting_id=meeting.id,
            room_id=meeting.room_id,
            room_name=meeting.room_name,
            host_id=meeting.host_id,
            participants=meeting.participants,
            start_time=meeting.started_at,
            end_time=ended_at,
            duration_seconds=(ended_at - meeting.started_at).total_seconds(),
            chat_messages=meeting.chat_messages,
            summary=meeting.summary,
            created_at=meeting.started_at,
            updated_at=ended_at,
        )
