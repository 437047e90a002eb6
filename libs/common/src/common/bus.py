"""Events out and in: confirmed publishing, and the only place that retries.

One connection publishes and another consumes, so that a blocked publisher never
holds back an acknowledgement. Both are found again by themselves.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
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
from aio_pika.exceptions import PublishError
from opentelemetry.trace import SpanKind
from prometheus_client import Counter

from common import messages, mongo, queues, telemetry
from common.connection import AWAY, keep_connected
from common.events import FACTS, Envelope, Event
from common.problems import Problem, Unavailable
from common.topology import (
    EVENTS,
    LIVE,
    READERS,
    RETRY_WAITS,
    dead_queue,
    queues_of,
    retry_queue,
)

log = structlog.get_logger()

E = TypeVar("E", bound=Event)

PUBLISH_TIMEOUT = 5.0
"""Seconds; afterwards it is unknown, not refused, whether the broker has it."""
PREFETCH = 50
PATIENCE = 30.0
"""Seconds a reaction may take; then it counts as failed, for others to have its place."""
BEHIND = 500
"""With more facts waiting, what a service last heard is no longer what is so now."""

_KNOWN = {fact.type for fact in FACTS}
DELIVERIES = Counter("convo_deliveries", "Deliveries from the bus.", ["queue", "type", "outcome"])


class BusAway(Unavailable):
    """The broker does not answer now; what was to be sent may or may not have arrived."""

    code = "bus-away"


class Unroutable(BusAway):
    """No queue takes it: the broker is there, and the topology was not declared as it should."""


class UnknownFactError(ValueError):
    """A type, or a major version of one, that this program has never heard of."""


@dataclass(frozen=True, slots=True)
class Subscription(Generic[E]):
    """What a service does when it hears a fact: once or more often, in any order."""

    event: type[E]
    react: Callable[[E], Awaitable[object]]


class Bus:
    """This process's two connections to RabbitMQ; `run` keeps them open."""

    def __init__(self, url: str, *, waits: Sequence[float] = RETRY_WAITS) -> None:
        """`waits` are those of the declared retry queues."""
        self._url = url
        self._waits = waits
        self._queue: str | None = None
        self._subscriptions: dict[str, Subscription[Any]] = {}
        self._confirmed: asyncio.Future[AbstractExchange] = _future()
        self._direct: asyncio.Future[AbstractExchange] = _future()
        self._live: asyncio.Future[AbstractExchange] = _future()
        self._consuming: AbstractConnection | None = None

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
                keeping.create_task(self._measure())

    async def reachable(self) -> bool:
        """Whether both connections are open now."""
        return self._confirmed.done() and (self._consuming is not None or not self._subscriptions)

    async def keeps_up(self) -> bool:
        """Whether what this service was told last is recent: who lags behind is deaf too."""
        if self._queue is None or self._consuming is None or not await self.reachable():
            return False
        try:
            depth = await queues.measure(self._consuming, [self._queue])
        except AWAY:
            return False
        return depth[self._queue] <= BEHIND

    async def publish(self, envelope: Envelope) -> None:
        """Hand a fact to the broker; returns when the broker has it safely.

        Raises:
            Unroutable: No queue takes it.
            BusAway: There was no confirmation within `PUBLISH_TIMEOUT`.
        """
        # Mandatory: analytics reads every fact, so one that no queue takes means that
        # the topology is missing, and the fact has to stay in its outbox.
        await self._send(self._confirmed, messages.of(envelope), envelope.type, mandatory=True)

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
        except PublishError as returned:
            raise Unroutable(f"No queue takes {key}: run python -m common.topology.") from returned
        except AWAY as away:
            raise BusAway("Messages cannot be passed on right now; please try again.") from away

    async def _keep(
        self, opened: Callable[[AbstractConnection, asyncio.Event], Awaitable[None]]
    ) -> None:
        await keep_connected(self._url, opened, lost=lambda: self._forget(opened))

    def _forget(
        self, opened: Callable[[AbstractConnection, asyncio.Event], Awaitable[None]]
    ) -> None:
        if opened == self._open_for_consuming:
            self._consuming = None
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
            except (BusAway, *AWAY):
                # Begun anew, for the broker to deliver again what was not acknowledged.
                closed.set()

        await queue.consume(deliver)
        # A channel the broker closes would leave a deaf service: begin anew instead.
        channel.close_callbacks.add(lambda *_: closed.set())
        self._consuming = connection

    async def _measure(self) -> None:
        assert self._queue is not None
        names = queues_of(self._queue, waits=self._waits)
        while True:
            if self._consuming is not None:
                with suppress(*AWAY):
                    await queues.measure(self._consuming, names)
            await asyncio.sleep(queues.EVERY)

    async def _deliver(self, message: AbstractIncomingMessage) -> None:
        """Acknowledge after success; retry only what a retry may cure."""
        kind = message.type or ""
        carrier = {k: v for k, v in message.headers.items() if isinstance(v, str)}
        with (
            telemetry.span(f"react {kind}", carrier, SpanKind.CONSUMER) as trace_id,
            structlog.contextvars.bound_contextvars(trace_id=trace_id, event_type=kind),
        ):
            try:
                async with asyncio.timeout(PATIENCE):
                    await self._react(kind, message.body)
                self._count(kind, "done")
            except Exception as error:
                log.exception("reaction failed", event_id=message.message_id)
                await self._set_aside(message, error)
        # Acknowledged only now: the effect is stored, or a confirmed copy waits elsewhere.
        await message.ack()

    async def _react(self, kind: str, body: bytes) -> None:
        to = self._subscriptions.get(kind)
        if to is not None:
            await to.react(to.event.parse(body))
        elif kind not in _KNOWN:
            raise UnknownFactError(kind)
        # Otherwise an older version of this service read it: its binding is there still.

    async def _set_aside(self, message: AbstractIncomingMessage, error: Exception) -> None:
        assert self._queue is not None
        attempt = messages.attempts(message) + 1
        wait = self._next_wait(attempt, error)
        kept = {k: v for k, v in message.headers.items() if k not in {"CC", "x-death"}}
        told = {
            messages.ATTEMPT: attempt,
            messages.ERROR: f"{type(error).__name__}: {error}"[:500],
        }
        copy = messages.copy(message, {**telemetry.carried(), **kept, **told})
        self._count(message.type, "dead" if wait is None else "retried")
        # Not where deliveries come in: the broker holds up a connection that publishes.
        queue = dead_queue(self._queue) if wait is None else retry_queue(self._queue, wait)
        await self._send(self._direct, copy, queue, mandatory=True)

    def _next_wait(self, attempt: int, error: Exception) -> float | None:
        """Seconds until the next attempt, or none when there is to be no other."""
        if not retry_may_help(error):
            return None
        if attempt <= len(self._waits):
            return self._waits[attempt - 1]
        # Without its store a service can do nothing, and no fact is to blame for it.
        return self._waits[-1] if isinstance(error, mongo.AWAY) else None

    def _count(self, kind: str | None, outcome: str) -> None:
        known = kind if kind in _KNOWN else "unknown"
        DELIVERIES.labels(self._queue, known, outcome).inc()


def retry_may_help(error: Exception) -> bool:
    """True for what is away or was overtaken, never for what cannot be read."""
    if isinstance(error, Problem):
        return error.transient
    return isinstance(error, (*mongo.AWAY, ConnectionError, TimeoutError))


def _future() -> asyncio.Future[AbstractExchange]:
    return asyncio.get_running_loop().create_future()
