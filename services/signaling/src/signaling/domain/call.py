"""What a call is, and the refusals every command in it can meet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from common.events import Event
from common.problems import Conflict, NotFound

MOST_PEERS: Final = 500
"""As many as a room has participants; it also bounds the document a call is."""

Topology = Literal["mesh", "sfu"]
"""How media flows: from every peer to every other, or through one worker that forwards it."""


class NotInCall(NotFound):
    code = "not-in-call"

    def __init__(self, message: str = "You are not in this call: join it first.") -> None:
        super().__init__(message)


class RoomEnded(Conflict):
    code = "room-closed"


class CallFull(Conflict):
    code = "call-full"


class GoesOnElsewhere(Conflict):
    code = "goes-on-elsewhere"

    def __init__(self, message: str = "This call goes on in another tab of yours.") -> None:
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Peer:
    """One device of a participant in a live call; a session has at most one in a call."""

    peer_id: str
    user_id: str
    session_id: str
    connection_id: str
    """The socket through which it is reached, or was last."""
    gateway_id: str
    display_name: str
    role: str
    joined_at: datetime
    state: Literal["connected", "reconnecting"] = "connected"
    reconnecting_since: datetime | None = None
    audio: bool = False
    video: bool = False
    screen: bool = False
    hand_raised_at: datetime | None = None
    formerly: str | None = None
    """The peer it said it was when it joined; whoever says so again has not heard its new id."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """One session in a room: from the first peer to the last."""

    id: str
    started_at: datetime
    attended: tuple[str, ...]
    """User ids of everybody who was in it, in the order in which they came."""


@dataclass(frozen=True, slots=True)
class Parting:
    """Something a worker has to forget, remembered until it did or is gone itself."""

    worker_id: str
    peer_id: str | None
    """One peer; none means the whole room."""
    due: datetime
    """Not to be done earlier."""


@dataclass(frozen=True, slots=True)
class Call:
    """Who is in a room now.

    A room has one call for ever, so that its stream of facts has no gap; meetings come
    and go in it. There are peers exactly while there is a meeting.
    """

    id: str
    """The room's id."""
    meeting: Meeting | None = None
    peers: tuple[Peer, ...] = ()
    version: int = 0
    """`seq` of the newest fact."""
    topology: Topology = "mesh"
    """A mesh while there is no meeting."""
    worker_id: str | None = None
    """Which worker forwards; none in a mesh."""
    setting: str = "auto"
    """What the room wants: `auto`, `mesh`, `sfu` or a later one; as it was last heard."""
    partings: tuple[Parting, ...] = ()

    def peer_of(self, session_id: str) -> Peer | None:
        return next((each for each in self.peers if each.session_id == session_id), None)


Change = tuple[Call, Sequence[Event]]


def own_peer(call: Call, session_id: str) -> Peer:
    """The peer a command acts for.

    Raises:
        NotInCall: The session has none in this call.
    """
    peer = call.peer_of(session_id)
    if peer is None:
        raise NotInCall
    return peer


def still_open(*, is_open: bool) -> None:
    """Raises `RoomEnded`."""
    if not is_open:
        raise RoomEnded("This meeting has ended.")
