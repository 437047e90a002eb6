"""Serves an application so that nobody notices when it is restarted."""

import asyncio
import os
import signal
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from types import FrameType
from typing import Any

import uvicorn

LINGER = 4.5
"""Seconds that connections without a request are kept after SIGTERM: who keeps one for
later (the gateway for 4 s) must not find it closed at the moment of use."""
FINISH = 10
"""Seconds that requests then still have to be answered."""
HARD_STOP = 25
"""Seconds after SIGTERM at which the kernel ends the process, whatever it does."""

_STUCK_AFTER_MS = 30_000
_STEP = 0.05
_INHERITED = 3
"""The first descriptor that is passed on (sd_listen_fds(3))."""


async def _nothing() -> None:
    pass


class Server(uvicorn.Server):
    """Parts from everybody in peace.

    After SIGTERM it takes no new connection, answers what comes on those it has and
    asks to close them, and only then stops; `drain` is what the application does
    meanwhile. A second SIGTERM ends it at once.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        *,
        drain: Callable[[], Awaitable[None]] = _nothing,
        linger: float = LINGER,
    ) -> None:
        super().__init__(config)
        self._drain = drain
        self._steps = round(linger / _STEP)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            say("READY=1")

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._let_go(sockets or [])
        await asyncio.gather(self._drain(), self._linger())
        await super().shutdown()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self.should_exit:
            signal.signal(sig, signal.SIG_DFL)
            signal.raise_signal(sig)
        signal.alarm(HARD_STOP)
        super().handle_exit(sig, frame)

    def _let_go(self, sockets: list[socket.socket]) -> None:
        for server in self.servers:
            server.close()
        for each in sockets:
            each.close()
        # Seen by every later request; `/readyz` tells it.
        self.lifespan.state["draining"] = True
        self.config.encoded_headers = [*self.config.encoded_headers, (b"connection", b"close")]
        for connection in list(self.server_state.connections):
            if _is_answering(connection):
                connection.shutdown()  # when it has answered

    async def _linger(self) -> None:
        for _ in range(self._steps):
            await self.on_tick(0)  # puts the new header, and the time, into answers
            # Before the first look, too: a connection just accepted is not in the set yet.
            await asyncio.sleep(_STEP)
            if not self.server_state.connections:
                return


def _is_answering(connection: Any) -> bool:
    cycle = getattr(connection, "cycle", None)  # a WebSocket has none
    return cycle is not None and not cycle.response_complete


def configured(app: Any, *, host: str, port: int, **more: Any) -> uvicorn.Config:
    """How every program is served; `more` is given to uvicorn as well."""
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=FINISH,
        loop="uvloop",
        http="httptools",
        **more,
    )


def listening(config: uvicorn.Config) -> socket.socket:
    """The socket to accept from: the one passed on to this process, or one of its own.

    It is passed on as systemd does it (sd_listen_fds(3)), by whoever keeps it open
    while this process is replaced by the next. A connection whose other end takes
    nothing dies in the end.
    """
    # Not settings of ours, and about this very process: it must not pass them on.
    meant_for = os.environ.pop("LISTEN_PID", None)
    count = os.environ.pop("LISTEN_FDS", None)
    is_inherited = (meant_for, count) == (str(os.getpid()), "1")
    found = socket.socket(fileno=_INHERITED) if is_inherited else config.bind_socket()
    found.set_inheritable(False)
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux; connections inherit it
        found.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _STUCK_AFTER_MS)
    return found


def serve(server: Server) -> None:
    """Serve until SIGTERM, and then stop in peace."""
    with suppress(KeyboardInterrupt):
        server.run(sockets=[listening(server.config)])


def say(state: str) -> None:
    """Tell whoever started us (sd_notify(3)); it is no concern of ours who does not listen."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    if address.startswith("@"):  # how an address without a file is written
        address = "\0" + address[1:]
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as teller:
        teller.sendto(state.encode(), address)
