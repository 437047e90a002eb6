"""Events out and in: confirmed publishing, and the only place that retries.

One connection publishes and another consumes, so that a blocked publisher never
holds back an acknowledgement. Both are found again by themselves.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import aio_pika
import orjson
import structlog
from aio_pika.abc import (
    AbstractConnection,
    AbstractExchange,
    AbstractIncomingMessage,
)
from aio_pika.connection import make_url
from aio_pika.exceptions import AMQPError
from opentelemetry.trace import SpanKind
from prometheus_client import Counter

from common import mongo, telemetry
from common.events import Envelope, Event
from common.problems import Problem, Unavailable
from common.topology import EVENTS, LIVE, READERS, RETRY_WAITS, dead_queue, retry_queue

log = structlog.get_logger()

E = TypeVar("E", bound=Event)

PUBLISH_TIMEOUT = 5.0
"""Seconds; afterwards it is unknown, not refused, whether the broker has it."""
PREFETCH = 50

_AWAY = (AMQPError, ConnectionError, OSError, TimeoutError, RuntimeError)
DELIVERIES = Counter("convo_deliveries", "Deliveries from the bus.", ["queue", "type", "outcome"])


class BusAway(Unavailable):
    """The broker does not answer now; what was to be sent may or may not have arrived."""

    code = "bus-away"


@dataclass(frozen=True, slots=True)
class Subscription(Generic[E]):
    """What a service does when it hears a fact: once or more often, in any order."""

    event: type[E]
    react: Callable[[E], Awaitable[object]]


class Bus:
    """This process's two connections to RabbitMQ; `run` keeps them open."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._queue: str | None = None
        self._subscriptions: dict[str, Subscription[Any]] = {}
        self._confirmed: asyncio.Future[AbstractExchange] = _future()
        self._direct: asyncio.Future[AbstractExchange] = _future()
        self._live: asyncio.Future[AbstractExchange] = _future()
        self._consuming = False

    def subscribe(self, queue: str, subscriptions: Sequence[Subscription[Any]]) -> None:
        """Say before `run` what is read; it must be what `topology.READERS` declares."""
        declared = {event.type for event in READERS[queue]}
        subscribed = {each.event.type for each in subscriptions}
        if declared != subscribed:
            raise ValueError(f"{queue} reads {declared ^ subscribed} here or in READERS, not both")
        self._queue = queue
        self._subscriptions = {each.event.type: each for each in subscriptions}

    async def run(self) -> None:
        """Keep both connections open, for ever."""
        async with asyncio.TaskGroup() as keeping:
            keeping.create_task(self._keep(self._open_for_publishing))
            if self._subscriptions:
                keeping.create_task(self._keep(self._open_for_consuming))

    async def reachable(self) -> bool:
        """Whether both connections are open now."""
        return self._confirmed.done() and (self._consuming or not self._subscriptions)

    async def publish(self, envelope: Envelope) -> None:
        """Hand a fact to the broker; returns when the broker has it safely.

        Raises:
            BusAway: There was no confirmation within `PUBLISH_TIMEOUT`.
        """
        message = aio_pika.Message(
            envelope.body.encode(),
            content_type="application/json",
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
            message_id=envelope.id,
            type=envelope.type,
            timestamp=envelope.time,
            headers=envelope.headers(),
        )
        # Mandatory: analytics reads every fact, so one that no queue takes means that
        # the topology is missing, and the fact has to stay in its outbox.
        await self._send(self._confirmed, message, envelope.type, mandatory=True)

    async def show(
        self, keys: Sequence[str], frame: str, room_id: str | None, data: object
    ) -> None:
        """Show clients a frame that nobody keeps, under each of `keys`.

        Raises:
            BusAway: The broker is not connected.
        """
        content: dict[str, object] = {"type": frame, "data": data}
        if room_id is not None:
            content["roomId"] = room_id
        first, *others = keys
        headers: dict[str, Any] = {"CC": others, **telemetry.carried()}
        message = aio_pika.Message(orjson.dumps(content), headers=headers)
        await self._send(self._live, message, first, mandatory=False)

    async def _send(
        self,
        exchange: asyncio.Future[AbstractExchange],
        message: aio_pika.Message,
        key: str,
        *,
        mandatory: bool,
    ) -> None:
        try:
            async with asyncio.timeout(PUBLISH_TIMEOUT):
                await (await asyncio.shield(exchange)).publish(message, key, mandatory=mandatory)
        except _AWAY as away:
            raise BusAway("Messages cannot be passed on right now; please try again.") from away

    async def _keep(
        self, opened: Callable[[AbstractConnection, asyncio.Event], Awaitable[None]]
    ) -> None:
        await keep_connected(self._url, opened, lost=lambda: self._forget(opened))

    def _forget(
        self, opened: Callable[[AbstractConnection, asyncio.Event], Awaitable[None]]
    ) -> None:
        if opened == self._open_for_consuming:
            self._consuming = False
            return
        self._confirmed, self._direct, self._live = (
            _future() if known.done() else known
            for known in (self._confirmed, self._direct, self._live)
        )

    async def _open_for_publishing(
        self, connection: AbstractConnection, closed: asyncio.Event
    ) -> None:
        confirming = await connection.channel(publisher_confirms=True, on_return_raises=True)
        plain = await connection.channel(publisher_confirms=False)
        for channel in (confirming, plain):
            channel.close_callbacks.add(lambda *_: closed.set())
        self._direct.set_result(confirming.default_exchange)
        self._confirmed.set_result(await confirming.get_exchange(EVENTS))
        self._live.set_result(await plain.get_exchange(LIVE))

    async def _open_for_consuming(
        self, connection: AbstractConnection, closed: asyncio.Event
    ) -> None:
        assert self._queue is not None
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=PREFETCH)
        queue = await channel.get_queue(self._queue)

        async def deliver(message: AbstractIncomingMessage) -> None:
            try:
                await self._deliver(message)
            except (BusAway, *_AWAY):
                # Begun anew, for the broker to deliver again what was not acknowledged.
                closed.set()

        await queue.consume(deliver)
        # A channel the broker closes would leave a deaf service: begin anew instead.
        channel.close_callbacks.add(lambda *_: closed.set())
        self._consuming = True

    async def _deliver(self, message: AbstractIncomingMessage) -> None:
        """Acknowledge after success; retry only what a retry may cure."""
        assert self._queue is not None
        kind = message.type or ""
        carrier = {k: v for k, v in message.headers.items() if isinstance(v, str)}
        with (
            telemetry.span(f"react {kind}", carrier, SpanKind.CONSUMER) as trace_id,
            structlog.contextvars.bound_contextvars(trace_id=trace_id, event_type=kind),
        ):
            try:
                to = self._subscriptions.get(kind)
                if to is not None:  # a queue may still hold what an older version read
                    await to.react(to.event.parse(message.body))
                DELIVERIES.labels(self._queue, kind, "done").inc()
            except Exception as error:
                log.exception("reaction failed", event_id=message.message_id)
                await self._set_aside(message, error)
        # Acknowledged only now: the effect is stored, or a confirmed copy waits elsewhere.
        await message.ack()

    async def _set_aside(self, message: AbstractIncomingMessage, error: Exception) -> None:
        assert self._queue is not None
        tried = message.headers.get("x-attempt", 0)
        attempt = (tried if isinstance(tried, int) else 0) + 1
        again = retry_may_help(error) and attempt <= len(RETRY_WAITS)
        queue = (
            retry_queue(self._queue, RETRY_WAITS[attempt - 1]) if again else dead_queue(self._queue)
        )
        copy = aio_pika.Message(
            message.body,
            content_type=message.content_type,
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
            message_id=message.message_id,
            type=message.type,
            timestamp=message.timestamp,
            headers={
                **{k: v for k, v in message.headers.items() if k not in {"CC", "x-death"}},
                "x-attempt": attempt,
                "x-error": f"{type(error).__name__}: {error}"[:500],
            },
        )
        DELIVERIES.labels(self._queue, message.type, "retried" if again else "dead").inc()
        # Not where deliveries come in: the broker holds up a connection that publishes.
        await self._send(self._direct, copy, queue, mandatory=True)


def retry_may_help(error: Exception) -> bool:
    """True for what is away or was overtaken, never for what cannot be read."""
    if isinstance(error, Problem):
        return error.transient
    return isinstance(error, (*mongo.AWAY, ConnectionError, TimeoutError))


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
        except _AWAY as away:
            log.warning("broker away", error=str(away) or type(away).__name__)
        _stop_if_asked()
        lost()
        await asyncio.sleep(wait * random.uniform(0.5, 1.5))  # noqa: S311 - spreads reconnects
        wait = min(wait * 2, 10.0)


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[AbstractConnection]:
    # Not `aio_pika.connect`: nobody could close a connection that was cancelled in it.
    connection = aio_pika.Connection(make_url(url))
    try:
        await connection.connect(timeout=5)
        yield connection
    finally:
        with suppress(*_AWAY):  # a broker that hangs must not hang us
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


def _future() -> asyncio.Future[AbstractExchange]:
    return asyncio.get_running_loop().create_future()
