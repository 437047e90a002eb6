"""What chat publishes: what was said in a room."""

from typing import Literal

from common.clock import Timestamp
from common.events.event import PersonalText, RoomEvent


class MessagePosted(RoomEvent):
    """Somebody said something in a room."""

    type = "chat.message_posted.v1"
    frame = "chatMessage"

    id: str
    """The message's own id."""
    sender: str
    """User id."""
    sender_name: PersonalText
    message: PersonalText
    message_type: Literal["text", "file", "image"]
    timestamp: Timestamp
    client_id: str | None
    """The id its sender gave it, by which they recognise their own message."""
    reply_to: str | None
    """Id of the message it answers."""
