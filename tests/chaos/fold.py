"""What a client shows of a room, folded from what it is told (docs/realtime.md). Pure.

A room has three streams. Each is a state and the number of the newest event in it; a state
is JSON, so that two clients can be compared by a hash.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Frame = dict[str, Any]
Name = Literal["chat", "call", "room"]

STREAM_OF: Mapping[str, Name] = {
    "chatMessage": "chat",
    "callStarted": "call",
    "participantJoined": "call",
    "participantUpdated": "call",
    "participantLeft": "call",
    "topologyChanged": "call",
    "callEnded": "call",
    "roomUpdated": "room",
    "participantAdmitted": "room",
    "participantRemoved": "room",
    "peopleInvited": "room",
    "roomClosed": "room",
    "roomDeleted": "room",
}
"""Every event a client folds, and the stream it belongs to."""

NO_CALL: Frame = {
    "meetingId": None,
    "startedAt": None,
    "peers": [],
    "topology": "mesh",
    "workerId": None,
}
_OF_A_ROOM = (
    "roomName",
    "host",
    "status",
    "isPrivate",
    "hasPassword",
    "settings",
    "expiresAt",
    "createdAt",
    "updatedAt",
    "invited",
    "members",
)
"""What is left of a room's view follows from this, from the call, or from who looks."""
_OF_A_MESSAGE = ("message", "messageType", "sender", "senderName", "timestamp", "clientId")


@dataclass(slots=True)
class Stream:
    """One stream as one client has it; events may come early, late and twice."""

    newest: int = -1
    """-1 while nothing was told yet."""
    state: Any = None
    ahead: dict[int, Frame] = field(default_factory=dict)
    """Came before something that is still missing."""

    def hear(self, frame: Frame) -> None:
        """Take an event; what is there already is dropped."""
        if frame["seq"] > self.newest:
            self.ahead[frame["seq"]] = frame
            self._go_on()

    def begin(self, newest: int, state: Any) -> None:
        """Take a snapshot, unless it is older than what is shown."""
        if newest > self.newest:
            self.newest, self.state = newest, state
            self.ahead = {seq: frame for seq, frame in self.ahead.items() if seq > newest}
            self._go_on()

    @property
    def has_hole(self) -> bool:
        return bool(self.ahead)

    def _go_on(self) -> None:
        while self.newest >= 0 and (frame := self.ahead.pop(self.newest + 1, None)) is not None:
            self.state = fold(self.state, frame)
            self.newest += 1


def fold(state: Any, frame: Frame) -> Any:
    """The state after an event.

    Raises:
        KeyError: No client knows such an event.
    """
    match STREAM_OF[frame["type"]]:
        case "chat":
            return [*state, shown_message({**frame["data"], "seq": frame["seq"]})]
        case "call":
            return _fold_call(state, frame["type"], frame["data"])
        case "room":
            return _fold_room(state, frame["type"], frame["data"])


def shown_message(message: Frame) -> Frame:
    """A message as the history tells it, or an event."""
    return {name: message[name] for name in ("id", "seq", "replyTo", *_OF_A_MESSAGE)}


def shown_call(joined: Frame) -> Frame:
    """The call in the answer to `joinRoom`, and the way of its media beside it."""
    told = {**joined, **joined["call"]}
    return {name: told[name] for name in NO_CALL}


def shown_room(view: Frame) -> Frame:
    """The room as `GET /api/rooms/{roomId}` tells it."""
    return {name: view[name] for name in _OF_A_ROOM}


def digest(state: Any) -> str:
    """The same for two clients exactly if they show the same."""
    return hashlib.sha256(json.dumps(state, sort_keys=True).encode()).hexdigest()[:16]


def _fold_call(call: Frame, kind: str, data: Frame) -> Frame:
    peers = call["peers"]
    match kind:
        case "callStarted":
            began = {"meetingId": data["meetingId"], "startedAt": data["occurredAt"]}
            return {**NO_CALL, **began}
        case "callEnded":
            return NO_CALL
        case "topologyChanged":
            return {**call, "topology": data["topology"], "workerId": data["workerId"]}
        case "participantJoined":
            peers = [*peers, data["peer"]]
        case "participantUpdated":
            new = data["peer"]
            peers = [new if each["peerId"] == new["peerId"] else each for each in peers]
        case "participantLeft":
            peers = [each for each in peers if each["peerId"] != data["peerId"]]
    return {**call, "peers": peers}


def _fold_room(room: Frame, kind: str, data: Frame) -> Frame | None:
    changed = {**room, "updatedAt": data["occurredAt"]}
    match kind:
        case "roomUpdated":
            told = ("roomName", "isPrivate", "hasPassword", "expiresAt")
            settings = {"topology": data["topology"]}
            return {**changed, **{name: data[name] for name in told}, "settings": settings}
        case "participantAdmitted":
            return {**changed, "members": _with_member(room["members"], data)}
        case "participantRemoved":
            gone = data["userId"]
            members = [each for each in room["members"] if each["userId"] != gone]
            invited = [each for each in room["invited"] if each != gone]
            return {**changed, "members": members, "invited": invited}
        case "peopleInvited":
            return {**changed, "invited": [*room["invited"], *data["userIds"]]}
        case "roomClosed":
            return {**changed, "status": "finished"}
    return None  # deleted


def _with_member(members: list[Frame], data: Frame) -> list[Frame]:
    known = [each["joinedAt"] for each in members if each["userId"] == data["userId"]]
    new = {
        "userId": data["userId"],
        "displayName": data["displayName"],
        "role": data["role"],
        "joinedAt": known[0] if known else data["occurredAt"],
    }
    return [*(each for each in members if each["userId"] != data["userId"]), new]
