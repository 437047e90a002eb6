"""Puts a media worker together. Read this first: it names every part and joins them."""

import asyncio
import gc
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Final
from uuid import uuid4

import structlog

from common import background, server, telemetry
from common.bus import Bus
from common.forwarding import queue_of
from common.requests import Answering
from media.worker.control import Control, Heart, LiveFrames
from media.worker.mux import Mux
from media.worker.portable import Portable
from media.worker.room.connection import Site
from media.worker.room.rooms import Rooms
from media.worker.settings import Settings

PARTING: Final = 10.0
"""Seconds after SIGTERM for which calls go on, so that they move without a break."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker that takes media and requests."""

    id: str
    port: int
    rooms: Rooms
    heart: Heart
    answering: Answering


@asynccontextmanager
async def working(settings: Settings) -> AsyncIterator[Worker]:
    """A worker for as long as the block lasts."""
    worker_id = uuid4().hex
    engine = Mux() if sys.platform == "linux" else Portable()
    await engine.open(settings.bind or settings.host, settings.port)
    url = settings.amqp_url.get_secret_value()
    bus = Bus(url)
    frames = LiveFrames(bus)
    rooms = Rooms(Site(engine, await _addresses(settings.public_ip)), show=frames.show)
    answering = Answering(url, queue_of(worker_id), Control(rooms).answer)
    heart = Heart(worker_id, bus, answering, engine, rooms)
    works = (bus.run(), answering.run(), frames.run(), rooms.run(), heart.beat())
    try:
        async with background.running(*works):
            log.info("worker takes media", worker=worker_id, port=engine.port)
            yield Worker(worker_id, engine.port, rooms, heart, answering)
    finally:
        await engine.close()


async def serve(settings: Settings) -> None:
    """Work until SIGTERM, then part from the calls there are in peace."""
    telemetry.configure(
        "media-worker", level=settings.log_level, otlp_endpoint=settings.otlp_endpoint
    )
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked.set)
    async with working(settings) as worker:
        # What is there now stays: the collector need not look at it while packets wait.
        gc.collect()
        gc.freeze()
        server.say("READY=1")
        await asked.wait()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)  # the second one ends it at once
        await worker.heart.stop()
        parted = monotonic() + PARTING
        while worker.rooms.peers and monotonic() < parted:  # noqa: ASYNC110 - it has no one end
            await asyncio.sleep(0.1)


async def _addresses(names: Iterable[str]) -> list[str]:
    """All addresses that the names have, in their order."""
    loop = asyncio.get_running_loop()
    found: dict[str, None] = {}
    for name in names:
        for *_, address in await loop.getaddrinfo(name, None, type=socket.SOCK_DGRAM):
            found[str(address[0])] = None
    return list(found)
