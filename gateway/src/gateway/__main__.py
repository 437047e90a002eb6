"""`python -m gateway` serves the gateway."""

import gc
import socket
from typing import Any

import uvicorn

from gateway.app import create_app
from gateway.realtime.protocol import MAX_FRAME
from gateway.settings import Settings

_STUCK_AFTER_MS = 30_000


class Server(uvicorn.Server):
    """Lets everybody go, with a reason, before it stops."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # uvicorn itself would close every socket with 1012 and tell nobody.
        app: Any = self.config.app
        await app.drain()
        await super().shutdown(sockets)


def configured(settings: Settings) -> uvicorn.Config:
    """How the gateway is served."""
    return uvicorn.Config(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=10,
        loop="uvloop",
        http="httptools",
        ws="websockets-sansio",
        # Above our own limit, so that a frame too large gets our own close code.
        ws_max_size=2 * MAX_FRAME,
        ws_per_message_deflate=False,
        ws_ping_interval=20,
        ws_ping_timeout=20,
    )


def listening(config: uvicorn.Config) -> socket.socket:
    """The socket to listen on; a connection whose other end takes nothing dies in the end."""
    bound = config.bind_socket()
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux; connections inherit it
        bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _STUCK_AFTER_MS)
    return bound


def main() -> None:
    config = configured(Settings.read())
    # What is loaded now stays: the collector need not look at it after every few requests.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    Server(config).run(sockets=[listening(config)])


if __name__ == "__main__":
    main()
