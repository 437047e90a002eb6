"""Every frame signaling understands, and what its answers look like.

Names and shapes of descriptions and candidates are those of W3C WebRTC; members that
are not known there are dropped, so that nothing else can be passed from peer to peer.
"""

from typing import Annotated, Any, Final, Literal, Self

from pydantic import (
    Discriminator,
    Field,
    StrictBool,
    StringConstraints,
    Tag,
    field_validator,
    model_validator,
)

from common.clock import Timestamp
from common.events import PeerState
from common.forwarding import Kind, Slot, Subscribed
from common.frames import Command
from common.wire import Wire
from signaling.domain import MOST_PEERS, Call, IceServers, Peer, Topology

MOST_SDP: Final = 48 * 1024
"""Bytes; a frame has at most 64 KiB, and JSON escapes every line end."""

# Not everything that is a string: a room's id becomes part of an address at rooms.
RoomId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
PeerId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


class RTCSessionDescription(Wire):
    """W3C WebRTC, `RTCSessionDescriptionInit`."""

    type: Literal["offer", "answer", "pranswer", "rollback"]
    sdp: str = Field(default="", max_length=MOST_SDP)

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if len(self.sdp.encode(errors="replace")) > MOST_SDP:
            raise ValueError(f"an SDP has at most {MOST_SDP} bytes")
        if not self.sdp and self.type != "rollback":
            raise ValueError("only a rollback has no SDP")
        return self


class RTCIceCandidate(Wire):
    """W3C WebRTC, `RTCIceCandidateInit`."""

    candidate: str = Field(default="", max_length=2048)
    """Empty: the last one of its generation."""
    sdp_mid: str | None = Field(default=None, max_length=256)
    sdp_m_line_index: int | None = Field(default=None, ge=0, le=65535, strict=True)
    username_fragment: str | None = Field(default=None, max_length=256)

    @model_validator(mode="after")
    def _belongs_to_a_section(self) -> Self:
        if self.candidate and self.sdp_mid is None and self.sdp_m_line_index is None:
            raise ValueError("a candidate needs sdpMid or sdpMLineIndex")
        return self


class InRoom(Wire):
    room_id: RoomId


class Joining(InRoom):
    audio: StrictBool | None = None
    video: StrictBool | None = None
    peer_id: str | None = Field(default=None, max_length=64)
    """The peer this session was before its socket was lost."""


class MediaSet(InRoom):
    audio: StrictBool | None = None
    video: StrictBool | None = None
    screen: StrictBool | None = None


class Signaled(InRoom):
    """One of the two; a candidate that is null says that there are no more."""

    to: PeerId
    description: RTCSessionDescription | None = None
    candidate: RTCIceCandidate | None = None

    @field_validator("description", mode="before")
    @classmethod
    def _is_given(cls, description: object) -> object:
        if description is None:
            raise ValueError("a description is not null")
        return description

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if len({"description", "candidate"} & self.model_fields_set) != 1:
            raise ValueError("exactly one of description and candidate is needed")
        return self

    def content(self) -> dict[str, Any]:
        """What the other peer is shown of it."""
        return self.model_dump(exclude_unset=True, include={"description", "candidate"})


class SignaledToWorker(InRoom):
    """An offer for what is published, or the answer to the worker's newest offer."""

    to: Literal["sfu"]
    leg: Literal["pub", "sub"]
    """`pub`: what the peer sends, and it offers; `sub`: what it gets, and the worker does."""
    description: RTCSessionDescription

    @model_validator(mode="after")
    def _is_the_leg_s_own(self) -> Self:
        expected = "offer" if self.leg == "pub" else "answer"
        if self.description.type != expected:
            raise ValueError(f"on the {self.leg} leg a client sends an {expected}")
        return self


class Wished(Wire):
    """One track of another peer; it may be wanted before it exists."""

    peer_id: PeerId
    kind: Kind
    height: int | None = Field(default=None, ge=0, le=65535)
    """Pixels at which it is shown; 0 keeps its place and sends nothing."""


class Subscribing(InRoom):
    """Everything that is wanted from now on: it replaces what was wanted before."""

    tracks: list[Wished] = Field(max_length=3 * MOST_PEERS)
    restart: StrictBool = False
    """Whether the connection is to find a new way (ICE restart)."""


class JoinRoom(Command):
    type: Literal["joinRoom"]
    data: Joining


class LeaveRoom(Command):
    type: Literal["leaveRoom"]
    data: InRoom


class MediaState(Command):
    type: Literal["mediaState"]
    data: MediaSet


class RaiseHand(Command):
    type: Literal["raiseHand"]
    data: InRoom


class LowerHand(Command):
    type: Literal["lowerHand"]
    data: InRoom


def _addressee(data: object) -> str:
    to = data.get("to") if isinstance(data, dict) else getattr(data, "to", None)
    return "worker" if to == "sfu" else "peer"


class Signal(Command):
    type: Literal["signal"]
    data: Annotated[
        Annotated[Signaled, Tag("peer")] | Annotated[SignaledToWorker, Tag("worker")],
        Discriminator(_addressee),
    ]


class Subscribe(Command):
    type: Literal["subscribe"]
    data: Subscribing


Frame = Annotated[
    JoinRoom | LeaveRoom | MediaState | RaiseHand | LowerHand | Signal | Subscribe,
    Field(discriminator="type"),
]


class RTCIceServerView(Wire):
    """W3C WebRTC, `RTCIceServer`."""

    urls: list[str]
    username: str | None = Field(default=None, exclude_if=lambda name: name is None)
    credential: str | None = Field(default=None, exclude_if=lambda key: key is None)


class IceServersView(Wire):
    ice_servers: list[RTCIceServerView]
    expires_at: Timestamp
    """When the credentials end; connections made with them go on."""


class CallView(Wire):
    meeting_id: str
    seq: int
    """Position of the newest fact that this contains."""
    started_at: Timestamp
    peers: list[PeerState]


class JoinedView(Wire):
    peer_id: str
    call: CallView
    ice_servers: list[RTCIceServerView]
    topology: Topology
    worker_id: str | None
    """Which worker forwards; none in a mesh."""

    @classmethod
    def of(cls, call: Call, own: Peer, ice: IceServers) -> Self:
        assert call.meeting is not None, "who has just joined is in a meeting"
        return cls(
            peer_id=own.peer_id,
            call=CallView(
                meeting_id=call.meeting.id,
                seq=call.version,
                started_at=call.meeting.started_at,
                peers=[PeerState.model_validate(each) for each in call.peers],
            ),
            ice_servers=[RTCIceServerView.model_validate(each) for each in ice.ice_servers],
            topology=call.topology,
            worker_id=call.worker_id,
        )


class DescriptionView(Wire):
    """W3C WebRTC, `RTCSessionDescriptionInit`."""

    type: Literal["offer", "answer"]
    sdp: str


class NegotiatedView(Wire):
    description: DescriptionView

    @classmethod
    def of(cls, answer: str) -> Self:
        return cls(description=DescriptionView(type="answer", sdp=answer))


class SubscribedView(Wire):
    description: DescriptionView | None = Field(default=None, exclude_if=lambda it: it is None)
    """An offer to answer; without one nothing has to be negotiated."""
    slots: dict[str, Slot]
    """By `mid`, everything the connection carries."""

    @classmethod
    def of(cls, subscribed: Subscribed) -> Self:
        offer = subscribed.offer
        description = None if offer is None else DescriptionView(type="offer", sdp=offer)
        return cls(description=description, slots=subscribed.slots)
