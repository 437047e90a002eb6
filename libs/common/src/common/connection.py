"""Connections to RabbitMQ that are found again by themselves."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import aio_pika
import structlog
from aio_pika.abc import AbstractConnection
from aio_pika.connection import make_url
from aio_pika.exceptions import AMQPError

log = structlog.get_logger()

AWAY = (AMQPError, ConnectionError, OSError, TimeoutError, RuntimeError)
"""The broker does not answer now, or closed what was open."""
OPENS_WITHIN = 5.0
"""Seconds an attempt to connect may take."""
LONGEST_WAIT = 5.0
"""Seconds at most between two attempts: so late a broker that is back is found."""


async def keep_connected(
    url: str,
    opened: Callable[[AbstractConnection, asyncio.Event], Awaitable[None]],
    *,
    lost: Callable[[], None],
) -> None:
    """Hold a connection for ever: `opened` gets each new one, with the event of its end."""
    wait = 0.3
    while True:
        try:
            async with _connected(url) as connection:
                closed = _closing(connection)
                await opened(connection, closed)
                wait = 0.3
                _stop_if_asked()  # connecting may have hidden it: python/cpython#86296
                await closed.wait()
        except AWAY as away:
            log.warning("broker away", error=str(away) or type(away).__name__)
        _stop_if_asked()
        lost()
        await asyncio.sleep(wait * random.uniform(0.5, 1.0))  # noqa: S311 - spreads reconnects
        wait = min(wait * 2, LONGEST_WAIT)


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[AbstractConnection]:
    # Not `aio_pika.connect`: nobody could close a connection that was cancelled in it.
    connection = aio_pika.Connection(make_url(url))
    try:
        await connection.connect(timeout=OPENS_WITHIN)
        yield connection
    finally:
        with suppress(*AWAY):  # a broker that hangs must not hang us
            async with asyncio.timeout(2):
                await connection.close()
        if not connection.is_closed:
            await connection.close()  # the transport is gone by now; this only notes it


def _stop_if_asked() -> None:
    """Go on with a cancellation that the driver turned into an error of its own."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


def _closing(connection: AbstractConnection) -> asyncio.Event:
    closed = asyncio.Event()
    connection.close_callbacks.add(lambda *_: closed.set())
    return closed
