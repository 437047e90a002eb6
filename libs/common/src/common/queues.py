"""How much waits in the queues of a service."""

from collections.abc import Sequence

from aio_pika.abc import AbstractConnection
from prometheus_client import Gauge

EVERY = 15.0
"""Seconds between two measurements."""

DEPTH = Gauge(
    "convo_queue_depth", "Messages that wait in a queue, without those being worked on.", ["queue"]
)


async def measure(connection: AbstractConnection, names: Sequence[str]) -> dict[str, int]:
    """Note and tell how many messages wait in each queue.

    Raises:
        AMQPError: A queue does not exist, or the broker is away.
    """
    # A channel of its own: the broker closes the one that asks for what is not there.
    async with connection.channel() as channel:
        found = {
            name: (await channel.declare_queue(name, passive=True)).declaration_result.message_count
            or 0
            for name in names
        }
    for name, depth in found.items():
        DEPTH.labels(name).set(depth)
    return found
