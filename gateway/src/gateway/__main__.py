"""`python -m gateway` serves the gateway."""

import gc

import uvicorn

from common import server
from gateway.app import create_app
from gateway.door import Door
from gateway.realtime.line import Line
from gateway.realtime.protocol import MAX_FRAME
from gateway.rest.front import Front
from gateway.settings import Settings


def configured(app: Front, settings: Settings) -> uvicorn.Config:
    """How the gateway is served."""
    config = server.configured(
        app,
        host=settings.host,
        port=settings.port,
        proxy_headers=False,
        ws=Line,
        # Above our own limit, so that a frame too large gets our own close code.
        ws_max_size=2 * MAX_FRAME,
        ws_per_message_deflate=False,
    )
    config.http = Door
    return config


def main() -> None:
    settings = Settings.read()
    app = create_app(settings)
    config = configured(app, settings)
    # What is loaded now stays: the collector need not look at it after every few requests.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    # uvicorn itself would close every socket with 1012 and tell nobody.
    server.serve(server.Server(config, drain=app.drain))


if __name__ == "__main__":
    main()
