"""From the bus to the sockets: this process's own queue, bound to what its sockets hear.

The queue is exclusive, bounded, and gone with the connection. What is lost that way is
found by its number (`realtime.catching_up`).
"""

import asyncio
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

from aio_pika.abc import AbstractConnection, AbstractIncomingMessage, AbstractQueue
from aiormq.abc import AbstractChannel
from prometheus_client import Counter

from common.connection import keep_connected
from common.events import SessionRevoked
from common.topology import EVENTS, LIVE
from gateway.realtime.listeners import Listeners

MOST_WAITING = 10_000
"""Messages the queue holds; older ones are dropped first."""
BIND_WITHIN = 5.0
"""Seconds that somebody waits for a binding; without a broker there is no point in more."""

ALWAYS = (SessionRevoked.type,)
"""Facts that the gateway itself reads."""

_KEY = re.compile(r"[a-z]+\.[\w:@~-]{1,128}", re.ASCII)
HEARD = Counter("convo_gateway_heard", "Messages from the bus.", ["exchange"])

Deliver = Callable[[AbstractIncomingMessage], None]
"""Shows a message; waits for nobody."""


def is_key(key: str) -> bool:
    """Whether a key names one thing: the topic exchange would read `#` as everything."""
    return _KEY.fullmatch(key) is not None


class Fanout:
    """Keeps the queue open, and bound to what somebody of `listeners` hears."""

    def __init__(self, url: str, listeners: Listeners) -> None:
        self._url = url
        self._listeners = listeners
        self._queue: AbstractQueue | None = None
        self._bound: set[str] = set()
        self._touched: dict[str, None] = {}
        self._change = asyncio.Event()
        self._waiting: dict[str, asyncio.Future[None]] = {}

    @property
    def is_open(self) -> bool:
        """Whether the queue is there now."""
        return self._queue is not None

    def touch(self, keys: Iterable[str]) -> None:
        """Say that somebody began or ceased to want `keys`."""
        self._touched.update(dict.fromkeys(keys))
        self._change.set()

    async def bound(self, keys: Sequence[str]) -> None:
        """Return when the queue gets what is sent to `keys`.

        Without a broker it returns at once: the keys are bound when it is back, and
        clients are told to look for what they missed.
        """
        missing = [key for key in keys if key not in self._bound]
        if not missing:
            return
        self.touch(missing)  # first: a queue that is just opening has counted its keys already
        if self._queue is None:
            return
        futures = [self._waiting.setdefault(key, _future()) for key in missing]
        await asyncio.wait(futures, timeout=BIND_WITHIN)

    async def run(self, deliver: Deliver, resumed: Callable[[], None]) -> None:
        """Keep the queue, for ever; lost connections are made anew, and `resumed` called."""

        async def take(message: AbstractIncomingMessage) -> None:
            # Nothing is awaited here, so messages keep their order.
            HEARD.labels(message.exchange).inc()
            deliver(message)

        async def opened(connection: AbstractConnection, lost: asyncio.Event) -> None:
            queue = await self._open(connection, lost)
            # Not acknowledged: what a dying gateway had taken is found by its number.
            await queue.consume(take, no_ack=True)
            self._queue = queue
            resumed()
            while not lost.is_set():
                await self._change.wait()
                self._change.clear()
                await self._settle(queue)

        await keep_connected(self._url, opened, lost=self._forget)

    async def _open(self, connection: AbstractConnection, lost: asyncio.Event) -> AbstractQueue:
        channel = await connection.channel()

        def end(*_: object) -> None:
            lost.set()
            self._change.set()

        for closing in (connection, channel):
            closing.close_callbacks.add(end)
        queue = await channel.declare_queue(
            exclusive=True, auto_delete=True, arguments={"x-max-length": MOST_WAITING}
        )
        for key in ALWAYS:
            await queue.bind(EVENTS, key)
        self._touched = dict.fromkeys(self._listeners.keys())
        await self._settle(queue)
        return queue

    async def _settle(self, queue: AbstractQueue) -> None:
        """Bind and unbind what was touched, until nothing is left to do."""
        channel = await queue.channel.get_underlay_channel()
        unwanted: dict[str, None] = {}
        while self._touched or unwanted:
            touched, self._touched = self._touched, {}
            wanted = {key for key in touched if self._listeners.is_heard(key)}
            await _bind(channel, queue.name, wanted - self._bound)
            self._bound |= wanted
            for key in touched:
                if waiting := self._waiting.pop(key, None):
                    waiting.set_result(None)
            unwanted.update(dict.fromkeys(key for key in touched if key in self._bound - wanted))
            # One at a time: who waits for a binding comes first.
            if unwanted and not self._listeners.is_heard(key := unwanted.popitem()[0]):
                self._bound.discard(key)
                for exchange in _exchanges(key):
                    await channel.queue_unbind(queue.name, exchange, key)

    def _forget(self) -> None:
        self._queue = None
        self._bound = set()
        for waiting in self._waiting.values():
            waiting.cancel()
        self._waiting = {}


async def _bind(channel: AbstractChannel, queue: str, keys: Collection[str]) -> None:
    for key in keys:
        for exchange in _exchanges(key):
            await channel.queue_bind(queue, exchange, key, nowait=True)
    if keys:
        # The broker works in order: once this one is answered, all the others are done.
        await channel.queue_bind(queue, EVENTS, ALWAYS[0])


def keys_of(message: AbstractIncomingMessage) -> list[str]:
    """Under which keys a message was sent."""
    copies: Any = message.headers.get("CC") or []
    return [message.routing_key or "", *(str(key) for key in copies)]


def _exchanges(key: str) -> tuple[str, ...]:
    # No fact is about one socket.
    return (LIVE,) if key.startswith("connection.") else (EVENTS, LIVE)


def _future() -> asyncio.Future[None]:
    return asyncio.get_running_loop().create_future()
