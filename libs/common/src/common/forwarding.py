"""What signaling asks a media worker, and what it answers (docs/media.md).

Requests are JSON on the worker's own queue, answers come back to who asked
(`common.requests`). Every request may be repeated: asked again it changes nothing.
Descriptions are SDP (RFC 8866, RFC 8829).
"""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from common.wire import Wire

Kind = Literal["audio", "camera", "screen"]
"""The three things a peer sends; what it publishes has one media section for each."""


def queue_of(worker_id: str) -> str:
    """Where a worker takes requests; it is gone when the worker is."""
    return f"media.worker.{worker_id}"


class Want(Wire):
    """One track of another peer that somebody wants to get."""

    peer_id: str
    kind: Kind
    height: int | None = Field(default=None, ge=0, le=4320)
    """Pixels at which it is shown; the layer follows it. 0 keeps the place and sends nothing."""


class Slot(Wire):
    """Which track a media section of a subscriber's connection carries now."""

    peer_id: str
    kind: Kind


class _OfPeer(Wire):
    room_id: str
    peer_id: str


class Publish(_OfPeer):
    """Take what a peer sends: its first offer, a later one, or one that restarts ICE."""

    op: Literal["publish"] = "publish"
    offer: str
    connection_id: str
    """The peer's socket: live frames about what it publishes go there."""


class Subscribe(_OfPeer):
    """Send a peer exactly these tracks from now on, whether or not they exist yet."""

    op: Literal["subscribe"] = "subscribe"
    wants: list[Want]
    connection_id: str
    restart: bool = False
    """Whether the connection is to find a new way (ICE restart, RFC 8445 section 9)."""


class Answer(_OfPeer):
    """A peer's answer to the worker's newest offer."""

    op: Literal["answer"] = "answer"
    answer: str


class Leave(_OfPeer):
    """Forget a peer: it sends nothing and gets nothing any more."""

    op: Literal["leave"] = "leave"


class Close(Wire):
    """Forget a whole room."""

    op: Literal["close"] = "close"
    room_id: str


Request = Annotated[Publish | Subscribe | Answer | Leave | Close, Field(discriminator="op")]
REQUEST: TypeAdapter[Request] = TypeAdapter(Request)


class Published(Wire):
    answer: str


class Subscribed(Wire):
    offer: str | None = None
    """None when nothing has to be negotiated."""
    slots: dict[str, Slot]
    """By `mid`, everything the connection carries."""


class Refused(Wire):
    """The request cannot be obeyed; asking the same again would not help."""

    code: str
    """Kebab-case: `bad-description`, `not-offered` or a later one."""
    message: str
