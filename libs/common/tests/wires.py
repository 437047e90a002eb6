"""A bus that runs, and a look into the queues behind it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

import aio_pika
from aio_pika.abc import AbstractIncomingMessage

from common import background, topology
from common.bus import Bus, Subscription
from common.events import Event, UserConnected
from common.testing import NOON

React = Callable[[Event], Awaitable[object]]


def connected(gateway: str = "g1") -> UserConnected:
    return UserConnected(
        occurred_at=NOON, connection_id="c1", user_id="ada", session_id="s1", gateway_id=gateway
    )


@asynccontextmanager
async def running(
    url: str, react: React | None = None, *, waits: Sequence[float] = topology.RETRY_WAITS
) -> AsyncIterator[Bus]:
    """A bus; with `react` it reads what auth reads."""
    bus = Bus(url, waits=waits)
    if react is not None:
        bus.subscribe("auth", [Subscription(each, react) for each in topology.READERS["auth"]])
    async with background.running(bus.run()):
        yield bus


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[aio_pika.abc.AbstractChannel]:
    async with await aio_pika.connect(url) as connection:
        yield await connection.channel(publisher_confirms=True, on_return_raises=True)


async def taken(url: str, queue: str) -> AbstractIncomingMessage | None:
    """The oldest message of a queue, which has it no more."""
    async with opened(url) as channel:
        found = await (await channel.get_queue(queue)).get(fail=False)
        if found is not None:
            await found.ack()
        return found


async def depth(url: str, queue: str) -> int | None:
    async with opened(url) as channel:
        declared = await channel.declare_queue(queue, passive=True)
        return declared.declaration_result.message_count
