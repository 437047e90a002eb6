"""Every fact that travels on the bus, one module for each publisher."""

from common.events.auth import (
    PresenceChanged,
    SessionRevoked,
    SessionStarted,
    UserRegistered,
    UserUpdated,
)
from common.events.chat import MessagePosted
from common.events.event import Envelope, Event, Personal, PersonalText, RoomEvent
from common.events.gateway import GatewayAlive, UserConnected, UserDisconnected
from common.events.media import FileDeleted, FileStored, WorkerAlive, WorkerStopped
from common.events.notify import NotificationCreated
from common.events.rooms import (
    ParticipantAdmitted,
    ParticipantRemoved,
    PeopleInvited,
    RoomClosed,
    RoomDeleted,
    RoomOpened,
    RoomUpdated,
)
from common.events.signaling import (
    CallEnded,
    CallStarted,
    PeerChanged,
    PeerJoined,
    PeerLeft,
    PeerState,
    TopologyChanged,
)

FACTS: tuple[type[Event], ...] = (
    UserRegistered,
    UserUpdated,
    SessionStarted,
    SessionRevoked,
    PresenceChanged,
    RoomOpened,
    RoomUpdated,
    RoomClosed,
    RoomDeleted,
    ParticipantAdmitted,
    ParticipantRemoved,
    PeopleInvited,
    MessagePosted,
    CallStarted,
    CallEnded,
    PeerJoined,
    PeerLeft,
    PeerChanged,
    TopologyChanged,
    FileStored,
    FileDeleted,
    WorkerAlive,
    WorkerStopped,
    NotificationCreated,
    UserConnected,
    UserDisconnected,
    GatewayAlive,
)
"""All of them, in the order in which `docs/events.md` tells them."""

__all__ = [
    "FACTS",
    "CallEnded",
    "CallStarted",
    "Envelope",
    "Event",
    "FileDeleted",
    "FileStored",
    "GatewayAlive",
    "MessagePosted",
    "NotificationCreated",
    "ParticipantAdmitted",
    "ParticipantRemoved",
    "PeerChanged",
    "PeerJoined",
    "PeerLeft",
    "PeerState",
    "PeopleInvited",
    "Personal",
    "PersonalText",
    "PresenceChanged",
    "RoomClosed",
    "RoomDeleted",
    "RoomEvent",
    "RoomOpened",
    "RoomUpdated",
    "SessionRevoked",
    "SessionStarted",
    "TopologyChanged",
    "UserConnected",
    "UserDisconnected",
    "UserRegistered",
    "UserUpdated",
    "WorkerAlive",
    "WorkerStopped",
]
