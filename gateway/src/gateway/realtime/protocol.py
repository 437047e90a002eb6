"""The frames of `convo.v1` (docs/realtime.md), as the gateway reads and writes them."""

from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import Any

import orjson
from websockets.frames import Frame, Opcode

SUBPROTOCOL = "convo.v1"
MAX_FRAME = 64 << 10
"""Bytes of a client's frame."""
SILENCE = 120
"""Looks, one a second, after which a client that sends no frame is gone: browsers let
pages in the background work once a minute. A broken line is found by WebSocket pings."""
QUIET = 4
"""Looks after which a client that was not heard is pinged."""
GONE = QUIET + 6
"""Looks after which a client that answers nothing is gone: it leaves a slow line 6 s for a
pong, and others 5 s to learn of it within 15 s. A phone that changes networks must connect
anew anyway, and is the same peer if it does."""
OLDEST = 8
"""Looks that a frame may wait: with 2 s to take the close frame, 10 s."""
HEARTBEAT = 15
"""Seconds within which a client is heard, or at most twice that."""
PIECE = 32 << 10
"""Bytes in which a long frame leaves, so that a ping need not wait for all of it
(RFC 6455, section 5.4)."""
CONNECT_WITHIN = 5.0
"""Seconds from opening to the first frame."""

# `bus.show` writes the type first, so the start of a frame tells what it is.
_SUPERSEDED = (b'{"type":"typing"', b'{"type":"activeSpeaker"')


class Close(IntEnum):
    """Why the gateway closes a socket."""

    MALFORMED = 4400
    UNAUTHENTICATED = 4401
    UNHEARD = 4408
    TOO_LARGE = 4413
    TOO_FAST = 4429
    TOO_SLOW = 1013
    GOING_AWAY = 4503


class Malformed(Exception):  # noqa: N818 - it is what the close code says
    """What came is not JSON, or not a frame."""


@dataclass(frozen=True, slots=True)
class ClientFrame:
    """A command of a client."""

    id: float
    type: str
    data: dict[str, Any]


@dataclass(frozen=True)
class ServerFrame:
    """A frame ready to be written to any number of sockets."""

    content: bytes
    """JSON in UTF-8."""
    topic: tuple[str | None, ...] | None = None
    """Kind, room and person, if a later one about the same makes this one worthless."""

    @cached_property
    def pieces(self) -> tuple[bytes, ...]:
        """As every socket gets it (RFC 6455, section 5.2): made once for all of them."""
        starts = range(0, len(self.content) or 1, PIECE)
        return tuple(
            Frame(
                Opcode.CONT if start else Opcode.TEXT,
                self.content[start : start + PIECE],
                fin=start + PIECE >= len(self.content),
            ).serialize(mask=False)
            for start in starts
        )


def read(text: str) -> ClientFrame:
    """Raises `Malformed`."""
    try:
        given = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise Malformed from None
    match given:
        case {"id": bool()}:
            raise Malformed
        case {"id": int() | float() as number, "type": str(name), **rest}:
            data = rest.get("data", {})
            if isinstance(data, dict):
                return ClientFrame(number, name, data)
    raise Malformed


def ok(re: float, data: object) -> ServerFrame:
    """The answer to a command that was met."""
    return _written(orjson.dumps({"re": re, "type": "ok", "data": data}))


def refused(re: float, problem: dict[str, Any]) -> ServerFrame:
    """The answer to a command that was not."""
    return _written(orjson.dumps({"re": re, "type": "error", "error": problem}))


def event(frame: str, room_id: str | None, seq: int | None, body: bytes) -> ServerFrame:
    """A fact as clients see it; its body is not parsed, it is the frame's `data`."""
    head = b'{"type":' + orjson.dumps(frame)
    if room_id is not None:
        head += b',"roomId":' + orjson.dumps(room_id)
    if seq is not None:
        head += b',"seq":%d' % seq
    return _written(head + b',"data":' + body + b"}")


def live(body: bytes) -> ServerFrame:
    """A frame that nobody keeps; it is complete as it comes."""
    return ServerFrame(_text(body), _topic(body))


def _topic(body: bytes) -> tuple[str | None, ...] | None:
    if not body.startswith(_SUPERSEDED):
        return None
    frame = orjson.loads(body)
    return frame["type"], frame.get("roomId"), frame["data"].get("userId")


def resync(room_id: str | None = None) -> ServerFrame:
    """Frames may have been lost, of one room or of all: the client asks for what it lacks."""
    room = b"" if room_id is None else b',"roomId":' + orjson.dumps(room_id)
    return _written(b'{"type":"resync"' + room + b',"data":{}}')


def _written(content: bytes) -> ServerFrame:
    return ServerFrame(_text(content))


def _text(content: bytes) -> bytes:
    """What came over the bus as the UTF-8 that a text frame must be."""
    return content.decode(errors="replace").encode()
