"""Every exchange and queue there is, as data; `python -m common.topology` declares them.

Declared once, before the services start, never at run time: a quorum queue that is
killed within a second of its declaration can be lost for good on RabbitMQ 3.10.

The line it prints ends with `(the broker was empty)` until the broker was filled: it is
new, or has lost its data. Then `python -m common.replay --all` fills it from the archives.
"""

import asyncio
import sys
from collections.abc import Sequence

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractConnection
from aio_pika.exceptions import ChannelNotFoundEntity

from common import events
from common.events import Event
from common.settings import Settings

EVENTS = "convo.events"
"""Topic exchange of facts; the routing key is the type."""
LIVE = "convo.live"
"""Direct exchange of frames that nobody keeps: typing, signaling, active speaker."""

FILLED = "convo.filled"
"""A queue that nobody uses; while it is there, the broker has what the archives have."""

RETRY_WAITS = (5.0, 20.0, 60.0)
"""Seconds before the second, third and fourth try; longer than a MongoDB fail-over."""

_HEARTBEATS = (events.GatewayAlive, events.WorkerAlive)

READERS: dict[str, tuple[type[Event], ...]] = {
    "auth": (
        events.FileStored,
        events.UserConnected,
        events.UserDisconnected,
        events.GatewayAlive,
    ),
    "rooms": (
        events.CallStarted,
        events.CallEnded,
        events.PeerJoined,
        events.PeerLeft,
        events.MessagePosted,
    ),
    "chat": (
        events.RoomOpened,
        events.RoomClosed,
        events.RoomDeleted,
        events.ParticipantAdmitted,
        events.ParticipantRemoved,
    ),
    "signaling": (
        events.RoomOpened,
        events.RoomUpdated,
        events.RoomClosed,
        events.RoomDeleted,
        events.ParticipantAdmitted,
        events.ParticipantRemoved,
        events.UserConnected,
        events.UserDisconnected,
        events.GatewayAlive,
        events.WorkerAlive,
        events.WorkerStopped,
    ),
    "media": (),
    "notify": (
        events.PeopleInvited,
        events.RoomOpened,
        events.RoomClosed,
        events.RoomDeleted,
        events.ParticipantAdmitted,
        events.ParticipantRemoved,
    ),
    # Declared last: what this one takes is not taken for published before all others can.
    "analytics": tuple(fact for fact in events.FACTS if fact not in _HEARTBEATS),
}
"""Which service reads which facts: one durable queue each, named after the service."""


def retry_queue(service: str, wait: float) -> str:
    """Where a delivery waits so many seconds before it comes back to the service's queue."""
    return f"{service}.retry.{wait:g}s"


def dead_queue(service: str) -> str:
    """Where deliveries end that no retry can help."""
    return f"{service}.dead"


def queues_of(service: str, *, waits: Sequence[float] = RETRY_WAITS) -> list[str]:
    """All queues of a service, its own first."""
    return [service, *(retry_queue(service, wait) for wait in waits), dead_queue(service)]


async def declare(
    channel: AbstractChannel,
    *,
    queue_type: str = "classic",
    waits: Sequence[float] = RETRY_WAITS,
) -> None:
    """Declare everything; doing it again changes nothing.

    `queue_type` is `classic` on one node and `quorum` on three; `waits` are seconds.
    """
    exchange = await channel.declare_exchange(EVENTS, aio_pika.ExchangeType.TOPIC, durable=True)
    await channel.declare_exchange(LIVE, aio_pika.ExchangeType.DIRECT, durable=True)
    work = {"x-queue-type": queue_type}
    if queue_type == "quorum":
        # RabbitMQ 3.10 has no limit of its own, 4.0 drops after 20 deliveries.
        work["x-delivery-limit"] = "10"
    for service, facts in READERS.items():
        queue = await channel.declare_queue(service, durable=True, arguments=dict(work))
        for fact in facts:
            await queue.bind(exchange, fact.type)
        for wait in waits:
            # A time to live per queue: one per message would block behind the head.
            await channel.declare_queue(
                retry_queue(service, wait),
                durable=True,
                arguments={
                    "x-message-ttl": int(wait * 1000),
                    "x-dead-letter-exchange": "",
                    "x-dead-letter-routing-key": service,
                },
            )
        await channel.declare_queue(dead_queue(service), durable=True)


async def is_filled(connection: AbstractConnection) -> bool:
    """Whether the broker has what the archives have."""
    channel = await connection.channel()
    try:
        await channel.declare_queue(FILLED, passive=True)
    except ChannelNotFoundEntity:  # which also closed the channel
        return False
    await channel.close()
    return True


async def note_filled(channel: AbstractChannel) -> None:
    """Say that the broker has what the archives have."""
    await channel.declare_queue(FILLED, durable=True)


class _Settings(Settings):
    jwks_url: str = ""
    queue_type: str = "classic"
    """`classic` (one broker) or `quorum` (three)."""


async def main() -> None:
    settings = _Settings.read()
    async with await aio_pika.connect(settings.amqp_url.get_secret_value()) as connection:
        await declare(await connection.channel(), queue_type=settings.queue_type)
        told = "" if await is_filled(connection) else " (the broker was empty)"
    if settings.queue_type == "quorum":
        # Until its first log entries are on disk a new quorum queue does not survive a kill.
        await asyncio.sleep(5)
    sys.stdout.write(f"declared {EVENTS}, {LIVE} and the queues of {', '.join(READERS)}{told}\n")


if __name__ == "__main__":
    asyncio.run(main())
