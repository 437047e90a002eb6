"""One WebSocket as ASGI gives it: texts in, texts out, closed once."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from starlette.types import Receive, Scope, Send

from common import web
from common.problems import Forbidden, Problem, Unavailable
from gateway.realtime.line import EXTENSION, Line
from gateway.realtime.protocol import MAX_FRAME, SUBPROTOCOL, Close, Malformed, ServerFrame

CLOSE_WITHIN = 2.0
"""Seconds a client that does not read has to let the close frame go."""


class Gone(Exception):  # noqa: N818 - people leave, that is no error
    """The client closed, or is gone."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class FrameTooLarge(Exception):  # noqa: N818 - it is what the close code says
    """A frame over `MAX_FRAME`."""


class ForeignOrigin(Forbidden):
    code = "foreign-origin"

    def __init__(self) -> None:
        super().__init__("Pages of this origin may not connect; see CONVO_ALLOWED_ORIGINS.")


class WrongSubprotocol(Problem):
    code = "wrong-subprotocol"

    def __init__(self) -> None:
        super().__init__(f"This socket speaks {SUBPROTOCOL}; ask for it.")


class GoingAway(Unavailable):
    code = "going-away"

    def __init__(self) -> None:
        super().__init__("This server is being stopped; please connect again.")


class Wire:
    """A socket that was opened by a client."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self.line: Line = scope["extensions"][EXTENSION]

    def look(self) -> int:
        """As `Line.look`."""
        return self.line.look()

    def check(self, allows_origin: Callable[[bytes | None], bool]) -> None:
        """Raises `ForeignOrigin` or `WrongSubprotocol`."""
        origin = dict(self._scope["headers"]).get(b"origin")
        if not allows_origin(origin):
            raise ForeignOrigin
        if SUBPROTOCOL not in self._scope["subprotocols"]:
            raise WrongSubprotocol

    async def refuse(self, problem: Problem) -> None:
        """Answer the handshake with a problem instead of a socket."""
        answer = web.refusal(problem)
        start = {"status": answer.status_code, "headers": answer.raw_headers}
        await self._send({"type": "websocket.http.response.start", **start})
        await self._send({"type": "websocket.http.response.body", "body": bytes(answer.body)})

    async def accept(self) -> None:
        await self._send({"type": "websocket.accept", "subprotocol": SUBPROTOCOL})

    async def read(self) -> str:
        """The next frame's text.

        Raises:
            Gone: There is none any more.
            FrameTooLarge: It has more than `MAX_FRAME` bytes.
            Malformed: It is binary.
        """
        message = await self._receive()
        if message["type"] == "websocket.disconnect":
            raise Gone(message.get("code", Close.GOING_AWAY))
        text: str | None = message.get("text")
        if text is None:
            raise Malformed
        if len(text) > MAX_FRAME or (not text.isascii() and len(text.encode()) > MAX_FRAME):
            raise FrameTooLarge
        return text

    def write(self, frame: ServerFrame) -> None:
        """Send a frame; it is dropped if the client is gone."""
        self.line.carry(b"".join(frame.pieces))

    async def close(self, code: int) -> None:
        """Close; a client that does not even read that is cut off."""
        with suppress(OSError):
            try:
                async with asyncio.timeout(CLOSE_WITHIN):
                    await self._send({"type": "websocket.close", "code": int(code)})
            except TimeoutError:
                self.line.cut()
