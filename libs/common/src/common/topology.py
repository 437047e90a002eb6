"""Every exchange and queue there is, as data; `python -m common.topology` declares them.

Declared once, before the services start, never at run time: a quorum queue that is
killed within a second of its declaration can be lost for good on RabbitMQ 3.10.
"""

import asyncio
import sys

import aio_pika
from aio_pika.abc import AbstractChannel

from common import events
from common.events import Event
from common.settings import Settings

EVENTS = "convo.events"
"""Topic exchange of facts; the routing key is the type."""
LIVE = "convo.live"
"""Direct exchange of frames that nobody keeps: typing, signaling, active speaker."""

RETRY_WAITS = (5, 30, 300)
"""Seconds before the second, third and fourth try; longer than a MongoDB fail-over."""

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
    "analytics": tuple(fact for fact in events.FACTS if fact is not events.GatewayAlive),
}
"""Which service reads which facts: one durable queue each, named after the service."""


def retry_queue(service: str, wait: int) -> str:
    """Where a delivery waits before it comes back to the service's queue."""
    return f"{service}.retry.{wait}s"


def dead_queue(service: str) -> str:
    """Where deliveries end that no retry can help."""
    return f"{service}.dead"


async def declare(channel: AbstractChannel, *, queue_type: str = "classic") -> None:
    """Declare everything; doing it again changes nothing.

    `queue_type` is `classic` on one node and `quorum` on three.
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
        for wait in RETRY_WAITS:
            # A time to live per queue: one per message would block behind the head.
            await channel.declare_queue(
                retry_queue(service, wait),
                durable=True,
                arguments={
                    "x-message-ttl": wait * 1000,
                    "x-dead-letter-exchange": "",
                    "x-dead-letter-routing-key": service,
                },
            )
        await channel.declare_queue(dead_queue(service), durable=True)


class _Settings(Settings):
    jwks_url: str = ""
    queue_type: str = "classic"
    """`classic` (one broker) or `quorum` (three)."""


async def main() -> None:
    settings = _Settings.read()
    async with await aio_pika.connect(settings.amqp_url.get_secret_value()) as connection:
        await declare(await connection.channel(), queue_type=settings.queue_type)
    if settings.queue_type == "quorum":
        # Until its first log entries are on disk a new quorum queue does not survive a kill.
        await asyncio.sleep(5)
    sys.stdout.write(f"declared {EVENTS}, {LIVE} and the queues of {', '.join(READERS)}\n")


if __name__ == "__main__":
    asyncio.run(main())
