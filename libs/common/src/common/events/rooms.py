"""What rooms publishes: the life of a room and who belongs to it."""

from common.clock import Timestamp
from common.events.event import PersonalText, RoomEvent


class RoomOpened(RoomEvent):
    """A room was made; its host is its first participant."""

    type = "rooms.room_opened.v1"
    frame = "roomOpened"

    room_name: PersonalText
    host_id: str
    host_name: PersonalText
    is_private: bool
    topology: str
    """How calls in it carry media: `auto`, `mesh` or `sfu`."""


class RoomUpdated(RoomEvent):
    """The room's name or settings changed; the whole new state is told."""

    type = "rooms.room_updated.v1"
    frame = "roomUpdated"

    room_name: PersonalText
    is_private: bool
    has_password: bool
    expires_at: Timestamp | None
    topology: str


class RoomClosed(RoomEvent):
    """A room ended for everyone: media stops, chat becomes read-only."""

    type = "rooms.room_closed.v1"
    frame = "roomClosed"

    reason: str
    """`host_closed`, `expired` or a later reason."""
    duration_seconds: float
    """From opening to closing."""


class RoomDeleted(RoomEvent):
    """A room is gone, and with it what was said in it."""

    type = "rooms.room_deleted.v1"
    frame = "roomDeleted"


class ParticipantAdmitted(RoomEvent):
    """A person may take part in the room from now on."""

    type = "rooms.participant_admitted.v1"
    frame = "participantAdmitted"

    user_id: str
    display_name: PersonalText
    role: str
    """Meeting role: `host` or `participant`, others later."""


class ParticipantRemoved(RoomEvent):
    """A person may no longer take part in the room."""

    type = "rooms.participant_removed.v1"
    frame = "participantRemoved"

    user_id: str
    reason: str
    """`left`, or a later reason."""


class PeopleInvited(RoomEvent):
    """People were asked to come to a room."""

    type = "rooms.people_invited.v1"
    frame = "peopleInvited"

    room_name: PersonalText
    inviter_id: str
    inviter_name: PersonalText
    user_ids: list[str]
    """Who was invited now."""
