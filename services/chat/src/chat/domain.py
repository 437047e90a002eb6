"""What chat decides: pure, nothing here waits, stores or asks for the time."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Literal
from uuid import UUID, uuid5

from common.admission import Access
from common.events import MessagePosted
from common.problems import Conflict, Problem

MessageType = Literal["text", "file", "image"]

LONGEST = 8_000
"""Characters a message may have."""
_FACTS = UUID("5b0d7b5e-6d0c-5f4e-9a53-7a1f6c1c2f10")
LAST_SEQ = 9_999_999_999
"""The greatest number that fits a message id."""
MOST_COUNTED = 1_000
"""Messages a digest looks at."""


class RoomEnded(Conflict):
    code = "room-closed"

    def __init__(self, message: str = "This meeting has ended; its chat can only be read.") -> None:
        super().__init__(message)


class ClientIdReused(Conflict):
    code = "client-id-reused"

    def __init__(self, message: str = "This client id was used for another message.") -> None:
        super().__init__(message)


class NotInThisRoom(Problem):
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "reply-not-in-room"


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody wants to say, before it has a number."""

    room_id: str
    sender: str
    sender_name: str
    message: str
    message_type: MessageType = "text"
    client_id: str | None = None
    reply_to: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """What was said: never changes, keeps its number for ever."""

    id: str
    room_id: str
    seq: int
    """1, 2, 3 and so on in the room, without a gap."""
    sender: str
    sender_name: str
    message: str
    message_type: MessageType
    timestamp: datetime
    client_id: str | None = None
    """The id its sender gave it: the same one never makes a second message."""
    reply_to: str | None = None


@dataclass(frozen=True, slots=True)
class Appended:
    """A batch of drafts, decided."""

    last: int
    """The newest number before the batch."""
    new: Mapping[int, Message]
    """By place in the batch: what is to be stored, numbered from `last` + 1 on."""
    answers: Sequence[Message | ClientIdReused]
    """What each draft became; one that was stored before is answered as it was then."""


@dataclass(frozen=True, slots=True)
class Digest:
    """What others wrote, in numbers, for somebody who was not there."""

    messages: int
    naming_you: int
    first: int | None
    """Number of the oldest one counted."""
    first_naming_you: int | None
    newest: int
    """The newest number of the room, whoever wrote it."""
    is_more: bool
    """Older ones were not looked at: there are at least so many."""


def message_id(room_id: str, seq: int) -> str:
    """The id of a message, unique for room and number; ids of one room sort in order."""
    return f"{room_id}:{seq:010}"


def draft(
    place: Access,
    message: str,
    message_type: MessageType,
    *,
    client_id: str | None,
    reply_to: str | None,
) -> Draft:
    """What a participant wants to say.

    Raises:
        NotInThisRoom: `reply_to` is no id of a message of the room.
    """
    # Whether that message is there already is not asked: another replica may have it.
    if reply_to is not None and not re.fullmatch(
        rf"{re.escape(place.room_id)}:[0-9]{{10}}", reply_to
    ):
        raise NotInThisRoom("A reply answers a message of the same room.")
    return Draft(
        room_id=place.room_id,
        sender=place.user_id,
        sender_name=place.display_name,
        message=message,
        message_type=message_type,
        client_id=client_id,
        reply_to=reply_to,
    )


def still_open(place: Access) -> None:
    """Raises `RoomEnded`."""
    if not place.is_open:
        raise RoomEnded


def said_before(wanted: Draft, stored: Iterable[Message]) -> Message:
    """The message that a draft became before its room was closed.

    Raises:
        RoomEnded: There is none, and none can be made any more.
        ClientIdReused: It was another message.
    """
    for earlier in stored:
        if _key(earlier) == _key(wanted):
            answer = _again(earlier, wanted)
            if isinstance(answer, ClientIdReused):
                raise answer
            return answer
    raise RoomEnded


def append(
    drafts: Sequence[Draft], stored: Iterable[Message], *, last: int, at: datetime
) -> Appended:
    """Number the drafts of one room that are not among the `stored` messages.

    A stored message with a number beyond `last` tells that another writer was there.
    """
    known = {_key(message): message for message in stored}
    first = max([last, *(message.seq for message in known.values())])
    new: dict[int, Message] = {}
    answers: list[Message | ClientIdReused] = []
    for place, wanted in enumerate(drafts):
        earlier = known.get(_key(wanted)) if wanted.client_id is not None else None
        if earlier is not None:
            answers.append(_again(earlier, wanted))
            continue
        message = _numbered(wanted, seq=first + len(new) + 1, at=at)
        known[_key(message)] = new[place] = message
        answers.append(message)
    return Appended(first, new, answers)


def posted(message: Message) -> MessagePosted:
    """The fact that the message is: told again it is the same one, id and all."""
    return MessagePosted(
        event_id=uuid5(_FACTS, message.id),
        occurred_at=message.timestamp,
        room_id=message.room_id,
        seq=message.seq,
        id=message.id,
        sender=message.sender,
        sender_name=message.sender_name,
        message=message.message,
        message_type=message.message_type,
        timestamp=message.timestamp,
        client_id=message.client_id,
        reply_to=message.reply_to,
    )


def digest(
    missed: Sequence[Message], place: Access, *, newest: int, is_more: bool = False
) -> Digest:
    """Count messages, oldest first; one's own are no news."""
    others = [message for message in missed if message.sender != place.user_id]
    is_naming = _naming(place.display_name)
    naming = [message.seq for message in others if is_naming(message.message)]
    return Digest(
        messages=len(others),
        naming_you=len(naming),
        first=others[0].seq if others else None,
        first_naming_you=naming[0] if naming else None,
        newest=newest,
        is_more=is_more,
    )


def _naming(display_name: str) -> Callable[[str], bool]:
    """Tells whether a text names somebody: the whole name, or `@` and the first part of it.

    Whole words only, whatever their case and whatever white space is between them.
    """
    name = _plain(display_name)
    if not name:
        return lambda _: False
    wanted = rf"{re.escape(name)}|@{re.escape(name.partition(' ')[0])}"
    named = re.compile(rf"(?<!\w)(?:{wanted})(?!\w)")
    return lambda text: named.search(_plain(text)) is not None


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _numbered(wanted: Draft, *, seq: int, at: datetime) -> Message:
    return Message(
        id=message_id(wanted.room_id, seq),
        room_id=wanted.room_id,
        seq=seq,
        sender=wanted.sender,
        sender_name=wanted.sender_name,
        message=wanted.message,
        message_type=wanted.message_type,
        timestamp=at,
        client_id=wanted.client_id,
        reply_to=wanted.reply_to,
    )


def _again(earlier: Message, wanted: Draft) -> Message | ClientIdReused:
    """The earlier message, if this is it; a name that changed since does not matter."""
    was = (earlier.message, earlier.message_type, earlier.reply_to)
    return (
        earlier
        if was == (wanted.message, wanted.message_type, wanted.reply_to)
        else (ClientIdReused())
    )


def _key(said: Draft | Message) -> tuple[str, str | None]:
    return said.sender, said.client_id
