"""What the two servers want to read and what they write, no more than the load needs."""

import itertools
import re
import secrets
from dataclasses import dataclass
from typing import Protocol

import orjson

_RUN = secrets.token_hex(4)
_ids = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Asked:
    """A frame to send, and how its answer begins."""

    frame: bytes
    answered: bytes


class Dialect(Protocol):
    """How to say the same to either server."""

    path: str
    headers: tuple[tuple[str, str], ...]
    delivery: bytes
    """How a frame begins that brings somebody's message."""
    answer: re.Pattern[bytes]
    """What every answer begins with."""
    refusal: bytes
    """What only an answer that says no contains."""
    answers: dict[bytes, bytes]
    """Frames that want another one at once."""

    def connect(self, token: str) -> Asked:
        """Say who we are."""

    def join(self, room_id: str) -> Asked:
        """Hear a room."""

    def post(self, room_id: str, text: str) -> Asked:
        """Write to a room."""


class Convo:
    """`convo.v1` (docs/realtime.md)."""

    path = "/ws"
    headers = (("Sec-WebSocket-Protocol", "convo.v1"),)
    delivery = b'{"type":"chatMessage"'
    answer = re.compile(rb'\{"re":\d+,')
    refusal = b'"type":"error"'
    answers: dict[bytes, bytes] = {}  # noqa: RUF012 - never changed

    def connect(self, token: str) -> Asked:
        return self._asked("connect", {"token": token})

    def join(self, room_id: str) -> Asked:
        return self._asked("followRoom", {"roomId": room_id})

    def post(self, room_id: str, text: str) -> Asked:
        client_id = f"{_RUN}-{next(_ids)}"
        data = {"roomId": room_id, "message": text, "clientId": client_id}
        return self._asked("chatMessage", data)

    @staticmethod
    def _asked(kind: str, data: dict[str, str]) -> Asked:
        number = next(_ids)
        frame = orjson.dumps({"id": number, "type": kind, "data": data})
        return Asked(frame, b'{"re":%d,' % number)


class SocketIo:
    """Socket.IO 5 over Engine.IO 4, WebSocket only (socket.io-protocol, engine.io-protocol)."""

    path = "/socket.io/?EIO=4&transport=websocket"
    headers = ()
    delivery = b'42["receiveMessage"'
    answer = re.compile(rb"40\{|44\{|43\d+\[")
    refusal = b'{"error"'
    answers = {b"2": b"3"}  # noqa: RUF012 - never changed

    def connect(self, token: str) -> Asked:
        return Asked(b"40" + orjson.dumps({"token": token}), b"40{")

    def join(self, room_id: str) -> Asked:
        return self._asked("joinRoom", {"roomId": room_id})

    def post(self, room_id: str, text: str) -> Asked:
        return self._asked("sendMessage", {"roomId": room_id, "message": text})

    @staticmethod
    def _asked(event: str, data: dict[str, str]) -> Asked:
        number = next(_ids)
        return Asked(b"42%d" % number + orjson.dumps([event, data]), b"43%d[" % number)
