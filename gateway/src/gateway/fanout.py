"""From the bus to the sockets: this process's own queue, bound to what its sockets hear.

The queue is exclusive, bounded, and gone with the connection. What is lost that way is
found by `seq`; after a reconnect `resumed` is called, so that clients look.
"""

import asyncio
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from aio_pika.abc import AbstractConnection, AbstractIncomingMessage, AbstractQueue
from prometheus_client import Counter

from common.bus import keep_connected
from common.events import SessionRevoked
from common.topology import EVENTS, LIVE

MOST_WAITING = 10_000
"""Messages the queue holds; older ones are dropped first."""
BIND_WITHIN = 2.0
"""Seconds that somebody waits for a binding; without a broker there is no point in more."""

ALWAYS = (SessionRevoked.type,)
"""Facts that the gateway itself reads."""

_KEY = re.compile(r"[a-z]+\.[\w:@~-]{1,128}", re.ASCII)
HEARD = Counter("convo_gateway_heard", "Messages from the bus.", ["exchange"])

Deliver = Callable[[AbstractIncomingMessage], None]


def is_key(key: str) -> bool:
    """Whether a key names one thing: the topic exchange would read `#` as everything."""
    return _KEY.fullmatch(key) is not None


class Fanout:
    """Keeps the queue open and bound to the keys that `wanted` names."""

    def __init__(
        self,
        url: str,
        *,
        deliver: Deliver,
        wanted: Callable[[], Iterable[str]],
        is_wanted: Callable[[str], bool],
        resumed: Callable[[], None],
    ) -> None:
        self._url = url
        self._deliver = deliver
        self._wanted = wanted
        self._is_wanted = is_wanted
        self._resumed = resumed
        self._queue: AbstractQueue | None = None
        self._bound: set[str] = set()
        self._touched: dict[str, None] = {}
        self._change = asyncio.Event()
        self._waiting: dict[str, asyncio.Future[None]] = {}

    async def reachable(self) -> bool:
        """Whether the queue is open now."""
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
        if not missing or self._queue is None:
            return
        self.touch(missing)
        futures = [self._waiting.setdefault(key, _future()) for key in missing]
        await asyncio.wait(futures, timeout=BIND_WITHIN)

    async def run(self) -> None:
        """Keep the queue, for ever; lost connections are made anew."""
        await keep_connected(self._url, self._opened, lost=self._forget)

    async def _opened(self, connection: AbstractConnection, lost: asyncio.Event) -> None:
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
        self._touched = dict.fromkeys(self._wanted())
        await self._settle(queue)
        # Not acknowledged: what a dying gateway had taken is found by its number.
        await queue.consume(self._take, no_ack=True)
        self._queue = queue
        self._resumed()
        while not lost.is_set():
            await self._change.wait()
            self._change.clear()
            await self._settle(queue)

    async def _settle(self, queue: AbstractQueue) -> None:
        """Bind and unbind what was touched; many at once wait for the broker only once."""
        while self._touched:
            touched, self._touched = self._touched, {}
            bind = [key for key in touched if self._is_wanted(key) and key not in self._bound]
            unbind = [key for key in touched if not self._is_wanted(key) and key in self._bound]
            channel = await queue.channel.get_underlay_channel()
            for key in unbind:
                if self._is_wanted(key):  # again, while others were unbound
                    continue
                self._bound.discard(key)
                for exchange in _exchanges(key):
                    await channel.queue_unbind(queue.name, exchange, key)
            for key in bind:
                for exchange in _exchanges(key):
                    await channel.queue_bind(queue.name, exchange, key, nowait=True)
            if bind:
                # The broker works in order: once this one is answered, the others are done.
                await channel.queue_bind(queue.name, EVENTS, ALWAYS[0])
            self._bound.update(bind)
            for key in touched:
                if waiting := self._waiting.pop(key, None):
                    waiting.set_result(None)

    async def _take(self, message: AbstractIncomingMessage) -> None:
        # Nothing is awaited here, so messages keep their order.
        HEARD.labels(message.exchange).inc()
        self._deliver(message)

    def _forget(self) -> None:
        self._queue = None
        self._bound = set()
        for waiting in self._waiting.values():
            waiting.cancel()
        self._waiting = {}


def keys_of(message: AbstractIncomingMessage) -> list[str]:
    """Under which keys a message was sent."""
    copies: Any = message.headers.get("CC") or []
    return [message.routing_key or "", *(str(key) for key in copies)]


def _exchanges(key: str) -> tuple[str, ...]:
    # No fact is about one socket.
    return (LIVE,) if key.startswith("connection.") else (EVENTS, LIVE)


def _future() -> asyncio.Future[None]:
    return asyncio.get_running_loop().create_future()
