"""The gateway's end of a WebSocket below ASGI: uvicorn's, with a bound to what a client costs.

What a client that does not read makes this process keep, beside `outgoing.MOST`:
`BUFFERED`, `outgoing.AT_ONCE` and one `PIECE` in the transport, `UNSENT` and one segment
in the kernel, about 110 KiB in all.
"""

import socket
from asyncio.transports import BaseTransport
from collections.abc import Callable
from typing import Any, Final

from uvicorn._types import ASGISendEvent
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import State
from websockets.server import ServerProtocol

from gateway.realtime.pace import BURST, PATIENCE, RATE, Pace
from gateway.realtime.protocol import QUIET, Close

EXTENSION: Final = "convo.line"
"""Under which name the scope's extensions hold the `Line`."""

BUFFERED = 32 << 10
"""Bytes in the transport at which the writer waits."""
UNSENT = 16 << 10
"""Bytes the kernel takes before the client's side has taken those before: without it a
client that stops reading is noticed megabytes later (TCP_NOTSENT_LOWAT, tcp(7))."""
_READ_AT_ONCE = 16 << 10
LINGER = 2.0
"""Seconds that a client has to take our close frame, and to answer it."""
MOST_UNREAD = BURST + round(RATE * PATIENCE)
"""Frames that may wait to be looked at; more of them would exhaust all patience."""


class _Protocol(ServerProtocol):
    def recv_frame(self, frame: Frame) -> None:
        """Take a close between the parts of a message for what it is (section 5.4)."""
        if frame.opcode is Opcode.CLOSE:
            self.current_size = None
        super().recv_frame(frame)


class Line(WebSocketsSansIOProtocol):
    """A client's connection, once it has asked for a WebSocket."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.conn = _Protocol(max_size=self.config.ws_max_size, logger=self.conn.logger)
        self._unheard = 0
        self._failed = False
        self._pace = Pace()
        self.freed: Callable[[], None] = _nothing

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(transport)
        self.transport.set_write_buffer_limits(high=BUFFERED)
        if hasattr(socket, "TCP_NOTSENT_LOWAT"):  # Linux and macOS
            end = transport.get_extra_info("socket")
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT)

    def connection_lost(self, exc: Exception | None) -> None:
        self._tell_gone()  # the first one counts, and uvicorn's would say 1005
        super().connection_lost(exc)
        self.freed()  # what waits has nowhere to go

    @property
    def code(self) -> int:
        """What it was closed with, by whichever side; 1006 if by neither."""
        close = self.conn.close_rcvd or self.conn.close_sent
        return CloseCode.ABNORMAL_CLOSURE if close is None else close.code

    def look(self) -> int:
        """Called once a second; for how many looks the client has not been heard.

        A client that is quiet is asked for a sign of life. What counts is what could
        have been heard: a process that stood still does not look, and while the reader
        waits, what comes is left in the kernel.
        """
        if self.read_paused:
            return 0
        self._unheard += 1
        if self._unheard == QUIET and self.conn.state is State.OPEN and self.is_free:
            self.conn.send_ping(b"")
            self.carry(b"".join(self.conn.data_to_send()))
        return self._unheard

    def cut(self) -> None:
        """End the connection, whatever still waits in it."""
        self.transport.abort()

    def start_keepalive(self) -> None:
        """`look` does it, for all lines at once."""

    # What comes

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if not self.close_sent:
            self.scope["extensions"][EXTENSION] = self  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        self._unheard = 0
        for start in range(0, len(data), _READ_AT_ONCE):
            if self._failed or self.transport.is_closing():
                return
            super().data_received(data[start : start + _READ_AT_ONCE])
            if self.conn.handshake_exc is not None:
                self._write()  # uvicorn leaves both the answer and the connection where they are
                self.transport.close()

    def handle_text(self, event: Frame) -> None:
        super().handle_text(event)
        self._bound(event)

    def handle_bytes(self, event: Frame) -> None:
        super().handle_bytes(event)
        self._bound(event)

    def handle_cont(self, event: Frame) -> None:
        super().handle_cont(event)
        self._bound(event)

    def handle_ping(self) -> None:
        pongs = b"".join(self.conn.data_to_send())
        if self.writable.is_set() and not self._failed:  # who reads none needs no more of them
            self.transport.write(pongs)
        self._count_idle()

    def handle_pong(self, event: Frame) -> None:  # noqa: ARG002 - any sign of life will do
        self._count_idle()

    def send_receive_event_to_app(self) -> None:
        data, self.frames = b"".join(self.frames), []
        if self.close_sent:
            return
        if self.curr_msg_data_type == "bytes":
            self.queue.put_nowait({"type": "websocket.receive", "bytes": data})
        else:
            try:
                self.queue.put_nowait({"type": "websocket.receive", "text": data.decode()})
            except UnicodeDecodeError:
                self._fail(CloseCode.INVALID_DATA)
                return
        if not self.read_paused:
            self.read_paused = True
            self.transport.pause_reading()

    def _bound(self, event: Frame) -> None:
        if not event.fin:
            self._count_idle()
        elif self.queue.qsize() > MOST_UNREAD:
            self._fail(Close.TOO_FAST)

    def _count_idle(self) -> None:
        """Frames that bring no message have a pace, too: nobody waits to read them."""
        if self._pace.wait(self.loop.time()) > PATIENCE:
            self._fail(Close.TOO_FAST)

    def _fail(self, code: int) -> None:
        if not self.close_sent:
            self.conn.fail(code)
            self.handle_parser_exception()

    def handle_parser_exception(self) -> None:
        """Close, and let the client read why: closing what has unread bytes resets it."""
        self._failed = True
        self._tell_gone()
        if self.conn.close_sent is None or self.close_sent:
            self.cut()
            return
        self.close_sent = True
        self._write()
        self.transport.write_eof()
        self._cut_later()
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()

    # What goes

    @property
    def is_free(self) -> bool:
        """Whether the transport takes more."""
        return self.writable.is_set()

    def resume_writing(self) -> None:
        super().resume_writing()
        self.freed()

    def carry(self, content: bytes) -> None:
        """Send whole frames as they are; a connection that ends takes none."""
        if not (self.close_sent or self.transport.is_closing()):
            self.transport.write(content)

    async def send(self, message: ASGISendEvent) -> None:
        """Raises `ClientDisconnected`, an `OSError`, when nothing can be sent any more."""
        await self.writable.wait()
        if self.close_sent or self.disconnected:
            raise ClientDisconnected
        await super().send(message)
        if self.close_timer is not None:
            self.close_timer.cancel()
            self._cut_later()

    def _write(self) -> None:
        self.transport.write(b"".join(self.conn.data_to_send()))

    def _cut_later(self) -> None:
        self.close_timer = self.loop.call_later(LINGER, self.cut)

    def _tell_gone(self) -> None:
        self.queue.put_nowait({"type": "websocket.disconnect", "code": self.code, "reason": ""})


def _nothing() -> None:
    pass
