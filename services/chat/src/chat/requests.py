"""What chat is asked and what it answers, as JSON."""

from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from chat.domain import LAST_SEQ, LONGEST, MessageType
from common.clock import Timestamp
from common.wire import Wire


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("Text cannot hold the character NUL")
    return text


RoomId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
ClientId = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,64}$")]
Text = Annotated[
    str,
    AfterValidator(str.rstrip),
    Field(min_length=1, max_length=LONGEST),
    AfterValidator(_without_nul),
]
Seq = Annotated[int, Field(ge=0, le=LAST_SEQ)]


class Posting(Wire):
    """A message somebody wants to send."""

    room_id: RoomId
    message: Text
    """What is said; white space at its end is dropped."""
    message_type: MessageType = "text"
    client_id: ClientId | None = None
    """An id the sender makes up: sent again, the same message is not posted twice."""
    reply_to: str | None = Field(default=None, max_length=80)
    """Id of the message it answers."""


class PostMessage(Posting):
    model_config = ConfigDict(extra="forbid")


class PostedView(Wire):
    message_id: str = Field(validation_alias="id")
    seq: int
    """Position in the room: 1, 2, 3 and so on without a gap."""
    timestamp: Timestamp


class SentView(PostedView):
    message: str = "Message sent successfully"


class MessageView(Wire):
    id: str
    seq: int
    sender: str
    """User id."""
    sender_name: str
    message: str
    message_type: MessageType
    timestamp: Timestamp
    client_id: str | None
    reply_to: str | None
