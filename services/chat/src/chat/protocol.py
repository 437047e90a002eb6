"""Every frame that chat understands."""

from typing import Annotated, Literal

from pydantic import Field

from chat.requests import ClientId, Posting, RoomId, Seq
from common.frames import Command
from common.wire import Wire

MOST_TOGETHER = 64
"""Frames in one request."""


class Sent(Posting):
    # Frames are sent again after a lost connection, so this is not for choice here.
    client_id: ClientId


class InRoom(Wire):
    room_id: RoomId


class Seen(Wire):
    """What a client has of the room's streams; chat's is the one meant here."""

    chat: Seq | None = None


class Coming(InRoom):
    after: Seen = Seen()


class ChatMessage(Command):
    type: Literal["chatMessage"]
    data: Sent


class Typing(Command):
    type: Literal["typing"]
    data: InRoom


class FollowRoom(Command):
    type: Literal["followRoom"]
    data: Coming


class UnfollowRoom(Command):
    type: Literal["unfollowRoom"]
    data: InRoom


class JoinRoom(Command):
    """Chat's part of a command that signaling owns; what else it says is signaling's."""

    type: Literal["joinRoom"]
    data: Coming


Frame = Annotated[
    ChatMessage | Typing | FollowRoom | UnfollowRoom | JoinRoom, Field(discriminator="type")
]


class Said(Wire):
    """A message frame with the access token of whose socket it came through."""

    token: str
    trace: dict[str, str] = Field(default_factory=dict)
    """W3C trace context of the frame."""
    frame: ChatMessage


class SaidTogether(Wire):
    """Frames of different sockets that a gateway hands over in one request."""

    said: list[Said] = Field(max_length=MOST_TOGETHER)
