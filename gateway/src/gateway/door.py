"""The gateway's end of a connection before it has asked for anything: uvicorn's, with bounds.

uvicorn waits for ever for the end of a request's head, and takes one of any size.
"""

from asyncio import TimerHandle, Transport
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

REQUEST_WITHIN = 5.0
"""Seconds from opening a connection, or from a request's first byte, to the end of its head."""
MOST_HEAD = 64 << 10
"""Bytes of a request's head."""


class Door(HttpToolsProtocol):
    """A client's connection."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._waits = True
        self._came = 0
        self._deadline: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._wait_no_more()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if not self._waits:
            return
        self._came += len(data)
        if self._came > MOST_HEAD and not self.transport.is_closing():
            self.send_400_response("The head of this request is too large.")
        elif self._deadline is None:
            self._wait()

    def on_message_begin(self) -> None:
        self._waits, self._came = True, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._waits = False
        self._wait_no_more()
        super().on_headers_complete()

    def _wait(self) -> None:
        self._deadline = self.loop.call_later(REQUEST_WITHIN, self.transport.close)

    def _wait_no_more(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
