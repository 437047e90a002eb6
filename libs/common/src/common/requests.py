"""Questions to one process and its answers, over RabbitMQ: where an event would not do.

A question goes to a queue that is gone when the process behind it is, so that nobody waits
for somebody who is not there; the answer comes back by direct reply-to. Nothing is kept:
what was asked before a connection broke is asked again by whoever wants to know.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final
from uuid import uuid4

import aio_pika
from aio_pika.abc import AbstractConnection, AbstractExchange, AbstractIncomingMessage
from opentelemetry.trace import SpanKind

from common import telemetry
from common.connection import AWAY, keep_connected
from common.problems import Unavailable

WITHIN: Final = 3.0
"""Seconds an answer is waited for unless something else is said."""
AT_ONCE: Final = 32
"""Questions that one process answers at the same time; others wait in its queue."""
PATIENCE: Final = 10.0
"""Seconds after which an answer is given up: nobody waits for it, and others need its place."""

_REPLIES: Final = "amq.rabbitmq.reply-to"


class NobodyAnswers(Unavailable):
    """There was no answer: nobody is there, too slow, or the broker is away.

    Whether the question arrived is not known, so it has to be one that may be repeated.
    """

    code = "nobody-answers"
    retry_after = 1


class Requests:
    """Asks, any number of questions at once; `run` keeps the one connection open."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._exchange: asyncio.Future[AbstractExchange] = _future()
        self._waiting: dict[str, asyncio.Future[bytes | None]] = {}

    async def run(self) -> None:
        """Keep connected, for ever."""
        await keep_connected(self._url, self._opened, lost=self._lost)

    async def reachable(self) -> bool:
        """Whether the connection is open now."""
        return self._exchange.done()

    async def ask(self, queue: str, body: bytes, *, within: float = WITHIN) -> bytes:
        """The answer of whoever takes questions from `queue`.

        Raises:
            NobodyAnswers: Nobody does (known at once), or not within so many seconds.
        """
        number = uuid4().hex
        question = aio_pika.Message(
            body,
            headers={**telemetry.carried()},
            message_id=number,
            correlation_id=number,
            reply_to=_REPLIES,
            expiration=within,
        )
        self._waiting[number] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(within):
                exchange = await asyncio.shield(self._exchange)
                await exchange.publish(question, queue, mandatory=True)
                answer = await self._waiting[number]
        except AWAY as away:  # a question that nobody takes among them
            raise NobodyAnswers("There is no answer; please try again.") from away
        finally:
            del self._waiting[number]
        if answer is None:
            raise NobodyAnswers("The connection broke; please try again.")
        return answer

    async def _opened(self, connection: AbstractConnection, closed: asyncio.Event) -> None:
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        channel.close_callbacks.add(lambda *_: closed.set())
        replies = await channel.get_queue(_REPLIES, ensure=False)
        # The broker takes answers only on the channel that asked, and no acknowledgements.
        await replies.consume(self._answered, no_ack=True)
        self._exchange.set_result(channel.default_exchange)

    async def _answered(self, message: AbstractIncomingMessage) -> None:
        answer = self._waiting.get(message.correlation_id or "")
        if answer is not None and not answer.done():  # otherwise it comes too late
            answer.set_result(message.body)

    def _lost(self) -> None:
        if self._exchange.done():
            self._exchange = _future()
            for answer in self._waiting.values():
                if not answer.done():
                    answer.set_result(None)


class Answering:
    """Answers what is asked at `queue`, which is there exactly while this is connected.

    Every question has a task of its own, at most `AT_ONCE` at a time. One that `answer`
    fails at gets no answer and harms no other; an expected refusal is an answer.
    """

    def __init__(self, url: str, queue: str, answer: Callable[[bytes], Awaitable[bytes]]) -> None:
        self._url = url
        self._queue = queue
        self._answer = answer
        self._taking = False

    async def run(self) -> None:
        """Keep connected, for ever."""
        await keep_connected(self._url, self._opened, lost=self._lost)

    async def reachable(self) -> bool:
        """Whether questions are taken now."""
        return self._taking

    async def _opened(self, connection: AbstractConnection, closed: asyncio.Event) -> None:
        channel = await connection.channel(publisher_confirms=False)
        channel.close_callbacks.add(lambda *_: closed.set())
        await channel.set_qos(prefetch_count=AT_ONCE)
        # Refused while the broker still believes in the connection before: tried again.
        queue = await channel.declare_queue(self._queue, exclusive=True, auto_delete=True)

        async def take(message: AbstractIncomingMessage) -> None:
            await self._take(message, channel.default_exchange)

        await queue.consume(take)
        self._taking = True

    def _lost(self) -> None:
        self._taking = False

    async def _take(self, message: AbstractIncomingMessage, exchange: AbstractExchange) -> None:
        carrier = {k: v for k, v in message.headers.items() if isinstance(v, str)}
        try:
            with telemetry.span("answer", carrier, SpanKind.SERVER):
                async with asyncio.timeout(PATIENCE):
                    body = await self._answer(message.body)
        finally:
            with suppress(*AWAY):  # whoever asked asks again
                await message.ack()
        if message.reply_to is not None:
            reply = aio_pika.Message(body, correlation_id=message.correlation_id)
            with suppress(*AWAY):
                await exchange.publish(reply, message.reply_to, mandatory=False)


def _future() -> asyncio.Future[AbstractExchange]:
    return asyncio.get_running_loop().create_future()
