import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from urllib.parse import quote

import aio_pika
import httpx
import pytest

from common import background, requests
from common.requests import Answering, NobodyAnswers, Requests
from common.testing import eventually

from .wires import opened


async def shout(body: bytes) -> bytes:
    return body.upper()


@asynccontextmanager
async def asking(url: str) -> AsyncIterator[Requests]:
    asks = Requests(url)
    async with background.running(asks.run()):
        await eventually(asks.reachable)
        yield asks


@asynccontextmanager
async def answering(
    url: str, answer: Callable[[bytes], Awaitable[bytes]] = shout, queue: str = "worker"
) -> AsyncIterator[Answering]:
    answers = Answering(url, queue, answer)
    async with background.running(answers.run()):
        await eventually(answers.reachable)
        yield answers


async def test_a_question_is_answered(amqp_url: str) -> None:
    async with answering(amqp_url), asking(amqp_url) as asks:
        assert await asks.ask("worker", b"hello") == b"HELLO"


async def test_many_at_once_get_each_its_own_answer_in_whatever_order(amqp_url: str) -> None:
    gates = {str(number).encode(): asyncio.Event() for number in range(20)}

    async def answer(body: bytes) -> bytes:
        await gates[body].wait()
        return b"answer to " + body

    async with answering(amqp_url, answer), asking(amqp_url) as asks, asking(amqp_url) as others:
        asked = {
            body: asyncio.create_task((asks, others)[number % 2].ask("worker", body, within=30))
            for number, body in enumerate(gates)
        }
        for body in reversed(gates):
            gates[body].set()
            assert await asked[body] == b"answer to " + body


async def test_no_more_are_answered_at_once_than_was_said(amqp_url: str) -> None:
    begun: list[bytes] = []
    go_on = asyncio.Event()

    async def answer(body: bytes) -> bytes:
        begun.append(body)
        await go_on.wait()
        return body

    async with answering(amqp_url, answer), asking(amqp_url) as asks:
        asked = [
            asyncio.create_task(asks.ask("worker", str(number).encode(), within=30))
            for number in range(2 * requests.AT_ONCE)
        ]
        await eventually(lambda: asyncio.sleep(0, len(begun) >= requests.AT_ONCE))
        assert len(begun) == requests.AT_ONCE
        go_on.set()
        assert len(await asyncio.gather(*asked)) == len(begun) == 2 * requests.AT_ONCE


async def test_that_nobody_is_there_is_known_without_waiting(amqp_url: str) -> None:
    async with asking(amqp_url) as asks:
        with pytest.raises(NobodyAnswers) as refused:
            async with asyncio.timeout(10):
                await asks.ask("nobody", b"hello", within=3600)

    assert (refused.value.status, refused.value.transient, refused.value.retry_after) == (
        503,
        True,
        1,
    )


async def test_a_queue_is_gone_with_the_process_behind_it(amqp_url: str) -> None:
    async with asking(amqp_url) as asks:
        async with answering(amqp_url):
            await asks.ask("worker", b"hello")

        async def is_gone() -> bool:
            try:
                await asks.ask("worker", b"hello", within=3600)
            except NobodyAnswers:
                return True
            return False

        await eventually(is_gone)


async def test_who_is_too_slow_answers_nobody_and_does_not_disturb_the_next(amqp_url: str) -> None:
    late = asyncio.Event()

    async def answer(body: bytes) -> bytes:
        if body == b"slow":
            await late.wait()
        return body

    async with answering(amqp_url, answer), asking(amqp_url) as asks:
        with pytest.raises(NobodyAnswers):
            await asks.ask("worker", b"slow", within=0.05)
        late.set()
        assert await asks.ask("worker", b"quick") == b"quick"
        assert not asks._waiting


async def test_a_question_that_cannot_be_answered_harms_no_other(
    amqp_url: str, monkeypatch
) -> None:
    monkeypatch.setattr(requests, "PATIENCE", 0.05)

    async def answer(body: bytes) -> bytes:
        if body == b"poison":
            raise ValueError(body)
        if body == b"endless":
            await asyncio.Event().wait()
        return body

    async with answering(amqp_url, answer), asking(amqp_url) as asks:
        wrong = [b"poison", b"endless"] * requests.AT_ONCE
        given_up = await asyncio.gather(
            *(asks.ask("worker", body, within=0.5) for body in wrong), return_exceptions=True
        )
        assert {type(each) for each in given_up} == {NobodyAnswers}
        assert await asks.ask("worker", b"good") == b"good"


async def test_what_belongs_to_no_question_is_passed_over(amqp_url: str) -> None:
    seen: list[bytes] = []

    async def answer(body: bytes) -> bytes:
        seen.append(body)
        return body

    async with answering(amqp_url, answer), asking(amqp_url) as asks, opened(amqp_url) as channel:
        for strange in (
            aio_pika.Message(b"no way back"),
            aio_pika.Message(b"wrong way back", reply_to="nobody", correlation_id="x"),
        ):
            await channel.default_exchange.publish(strange, "worker")
        assert await asks.ask("worker", b"good") == b"good"
        assert sorted(seen) == [b"good", b"no way back", b"wrong way back"]

        await asks._answered(_answer_to("nothing that was asked"))
        await asks._answered(_answer_to(None))
        assert await asks.ask("worker", b"good") == b"good"


def _answer_to(number: str | None) -> aio_pika.abc.AbstractIncomingMessage:
    return aio_pika.Message(b"late", correlation_id=number)  # type: ignore[return-value]


async def test_without_a_broker_there_is_no_answer() -> None:
    with pytest.raises(NobodyAnswers):
        await Requests("amqp://nowhere").ask("worker", b"hello", within=0.05)


async def test_who_waits_when_the_connection_breaks_is_told_and_may_ask_again(
    amqp_url: str, broker: tuple[str, str]
) -> None:
    asked = asyncio.Event()

    async def answer(body: bytes) -> bytes:
        if body == b"before":
            asked.set()
            await asyncio.Event().wait()
        return body

    async with answering(amqp_url, answer) as answers, asking(amqp_url) as asks:
        waiting = asyncio.create_task(asks.ask("worker", b"before", within=3600))
        await asked.wait()
        await _cut_everything(amqp_url, broker[1])
        with pytest.raises(NobodyAnswers):
            await waiting

        async def answered() -> bool:
            try:
                return await asks.ask("worker", b"after") == b"after"
            except NobodyAnswers:
                return False

        await eventually(answered, within=30)
        assert await answers.reachable()


async def test_a_second_process_of_one_name_waits_until_the_first_is_gone(amqp_url: str) -> None:
    async def first(_: bytes) -> bytes:
        return b"first"

    async def second(_: bytes) -> bytes:
        return b"second"

    other = Answering(amqp_url, "worker", second)
    async with asking(amqp_url) as asks:
        async with answering(amqp_url, first), background.running(other.run()):
            assert await asks.ask("worker", b"who?") == b"first"
            assert not await other.reachable()
        async with answering(amqp_url, second):
            assert await asks.ask("worker", b"who?") == b"second"


async def _cut_everything(url: str, management: str) -> None:
    host = url.rpartition("/")[2]

    async def cut() -> int:
        async with httpx.AsyncClient(base_url=management) as api:
            mine = [c["name"] for c in (await api.get(f"/api/vhosts/{host}/connections")).json()]
            for name in mine:
                await api.delete(f"/api/connections/{quote(name, safe='')}")
            return len(mine)

    await eventually(cut, within=20, every=0.3)
