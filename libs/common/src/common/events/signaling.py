"""What signaling publishes: live calls and the peers in them."""

from typing import Literal

from common.clock import Timestamp
from common.events.event import PersonalText, RoomEvent
from common.wire import Wire


class PeerState(Wire):
    """One device of a participant in a live call, as everybody in it sees it."""

    peer_id: str
    user_id: str
    display_name: PersonalText
    role: str
    state: Literal["connected", "reconnecting"]
    audio: bool
    """Whether the microphone is on."""
    video: bool
    """Whether the camera is on."""
    screen: bool
    """Whether a screen is being shared."""
    hand_raised_at: Timestamp | None
    joined_at: Timestamp


class CallStarted(RoomEvent):
    """The first peer came: a meeting began in the room."""

    type = "signaling.call_started.v1"
    frame = "callStarted"

    meeting_id: str
    started_by: str


class CallEnded(RoomEvent):
    """The last peer left, or the room ended: the meeting is over."""

    type = "signaling.call_ended.v1"
    frame = "callEnded"

    meeting_id: str
    started_at: Timestamp
    duration_seconds: float
    participants: list[str]
    """User ids of everybody who was in it."""


class PeerJoined(RoomEvent):
    """A device entered the call."""

    type = "signaling.peer_joined.v1"
    frame = "participantJoined"

    meeting_id: str
    peer: PeerState


class PeerLeft(RoomEvent):
    """A device is no longer in the call."""

    type = "signaling.peer_left.v1"
    frame = "participantLeft"

    meeting_id: str
    peer_id: str
    user_id: str
    reason: str
    """`left`, `lost`, `replaced`, `room-closed` or a later reason."""


class PeerChanged(RoomEvent):
    """A peer's media, hand or connection changed; its whole new state is told."""

    type = "signaling.peer_changed.v1"
    frame = "participantUpdated"

    meeting_id: str
    peer: PeerState


class TopologyChanged(RoomEvent):
    """The call's media takes another way from now on; the old one serves until it does."""

    type = "signaling.topology_changed.v1"
    frame = "topologyChanged"

    meeting_id: str
    topology: str
    """`mesh`, `sfu` or a later one."""
    worker_id: str | None
    """Which worker forwards; none in a mesh. Another one: connect anew."""
