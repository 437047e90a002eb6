"""What chat is asked and what it answers, as JSON."""

import re
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from chat.domain import LAST_SEQ, LONGEST, Message, MessageType
from common.clock import Timestamp
from common.wire import Wire

# NUL, and half a surrogate pair: JSON can spell it, no other encoding can hold it.
_NOT_STORABLE = re.compile("[\0\ud800-\udfff]")


def _storable(text: str) -> str:
    if _NOT_STORABLE.search(text):
        raise ValueError("Text holds a character that cannot be kept")
    return text


RoomId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
ClientId = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,64}$")]
Text = Annotated[
    str,
    AfterValidator(str.rstrip),
    Field(min_length=1, max_length=LONGEST),
    AfterValidator(_storable),
]
Seq = Annotated[int, Field(ge=0, le=LAST_SEQ)]


def _rfc3339(moment: object) -> object:
    # Without this a bare number would be a moment too.
    if not (isinstance(moment, str) and re.match(r"\d{4}-\d\d-\d\d[Tt]", moment)):
        raise ValueError("a moment is written as in RFC 3339")
    return moment


Moment = Annotated[AwareDatetime, BeforeValidator(_rfc3339)]


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


class Mark(Wire):
    """From where on messages are counted: one of the two."""

    model_config = ConfigDict(extra="forbid")

    since: Moment | None = None
    """Counted are messages written then or later."""
    after: Seq | None = None
    """Counted are messages with a greater number."""

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.since is None) == (self.after is None):
            raise ValueError("exactly one of since and after is needed")
        return self


class PostedView(Wire):
    message_id: str
    seq: int
    """Position in the room: 1, 2, 3 and so on without a gap."""
    timestamp: Timestamp

    @classmethod
    def of(cls, message: Message) -> Self:
        return cls(message_id=message.id, seq=message.seq, timestamp=message.timestamp)


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


class DigestView(Wire):
    """What the others wrote, in numbers."""

    messages: int
    """At most 1,000."""
    naming_you: int
    """How many of them name the caller."""
    first: int | None
    """`seq` of the oldest one counted."""
    first_naming_you: int | None
    newest: int
    """The newest `seq` of the room; 0 when nothing was ever said."""
    is_more: bool
    """There are older ones that were not counted."""
