"""A program that echoes over the gateway's end of a WebSocket: `… echo.py <port>`.

The gateway itself has nothing to echo, so only the application is another one; how it is
served is the gateway's. With `stock` behind the port it is uvicorn's own WebSocket.
"""

import sys
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from common import server
from gateway.__main__ import configured
from gateway.realtime.line import EXTENSION, Line
from gateway.realtime.protocol import ServerFrame
from gateway.settings import Settings


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Say everything again, until the other side has closed."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        line: Line | None = scope["extensions"].get(EXTENSION)
        while (message := await receive())["type"] == "websocket.receive":
            if line is not None and "text" in message:  # as the gateway writes its frames
                line.carry(b"".join(ServerFrame(message["text"].encode()).pieces))
            else:
                await send({**message, "type": "websocket.send"})


def main() -> None:
    unused = {"amqp_url": "amqp://nowhere", "jwks_url": "http://nowhere"}
    settings = Settings(CONVO_GATEWAY_PORT=sys.argv[1], **unused)
    config = configured(echo, settings)
    config.lifespan = "off"
    if "stock" in sys.argv:
        config.ws = WebSocketsSansIOProtocol
    server.serve(server.Server(config, linger=0))


if __name__ == "__main__":
    main()
