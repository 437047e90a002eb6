import asyncio
import re
from collections.abc import AsyncIterator

import aio_pika
import pytest

from common import background, dead_letters, messages, topology
from common.bus import Bus, Subscription
from common.events import Envelope, UserConnected
from common.problems import NotFound
from common.testing import NOON, eventually


def connected(number: int) -> UserConnected:
    return UserConnected(
        occurred_at=NOON,
        connection_id=f"c{number}",
        user_id="ada",
        session_id="s",
        gateway_id="g",
    )


@pytest.fixture
async def channel(amqp_url: str) -> AsyncIterator[aio_pika.abc.AbstractChannel]:
    async with await aio_pika.connect(amqp_url) as connection:
        yield await connection.channel(publisher_confirms=True, on_return_raises=True)


@pytest.fixture
async def broken(amqp_url: str, channel) -> list[UserConnected]:
    """Three facts that auth could not react to."""
    facts = [connected(number) for number in range(3)]

    async def fail(event) -> None:
        raise NotFound(f"no {event.connection_id}")

    dead = topology.dead_queue("auth")
    await _reacting(amqp_url, fail, facts, until=lambda: _depth(channel, dead, 3))
    # One that was set aside and not acknowledged when the bus stopped comes again.
    await (await channel.get_queue("auth")).purge()
    return facts


async def _reacting(url: str, react, facts=(), *, until) -> None:
    bus = Bus(url)
    bus.subscribe("auth", [Subscription(event, react) for event in topology.READERS["auth"]])
    async with background.running(bus.run()):
        for fact in facts:
            await bus.publish(Envelope.of(fact, {}))
        await eventually(until)


async def _depth(channel, queue: str, wanted: int) -> bool:
    declared = await channel.declare_queue(queue, passive=True)
    return declared.declaration_result.message_count == wanted


async def test_what_is_shown_stays_in_its_order(channel, broken) -> None:
    first = await dead_letters.show(channel, "auth", 10)
    again = await dead_letters.show(channel, "auth", 10)

    assert again == first
    assert [line.rpartition(" ")[2] for line in first] == ["c0", "c1", "c2"]
    assert str(broken[0].event_id) in first[0]
    assert "NotFound" in first[0]


async def test_a_replay_reaches_the_service_again(amqp_url: str, channel, broken) -> None:
    heard = []

    async def react(event) -> None:
        heard.append(event)

    assert await dead_letters.replay(channel, "auth", 10) == 3
    await _reacting(amqp_url, react, until=lambda: asyncio.sleep(0, len(heard) == 3))

    assert heard == broken
    assert await dead_letters.show(channel, "auth", 10) == []


async def test_what_is_dropped_is_gone_and_the_rest_stays(channel, broken) -> None:
    assert await dead_letters.drop(channel, "auth", 2) == 2

    [left] = await dead_letters.show(channel, "auth", 10)
    assert left.endswith("c2")


async def test_the_command_says_what_it_did(
    amqp_url: str, broken, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CONVO_AMQP_URL", amqp_url)

    for act in (["show"], ["replay"], ["drop"]):
        assert await dead_letters.main([*act, "auth"]) == 0

    told = capsys.readouterr().out.splitlines()
    assert len(told) == 5
    assert told[3] == "3"


async def test_what_fails_again_is_not_replayed_for_ever(amqp_url: str, channel, broken) -> None:
    tries = []

    async def fail(event) -> None:
        tries.append(event)
        raise NotFound("still not there")

    bus = Bus(amqp_url)
    bus.subscribe("auth", [Subscription(event, fail) for event in topology.READERS["auth"]])
    async with background.running(bus.run()):
        await eventually(bus.reachable)
        assert await dead_letters.replay(channel, "auth", 1000) == 3
        await eventually(lambda: asyncio.sleep(0, len(tries) == 3))
        await eventually(lambda: _depth(channel, topology.dead_queue("auth"), 3))

    assert len(await dead_letters.show(channel, "auth", 10)) == 3


async def test_a_replay_that_was_interrupted_is_repeated_with_the_same_end(
    amqp_url: str, channel, broken
) -> None:
    effects = set()

    async def react(event) -> None:
        effects.add(event.event_id)

    [first] = [each async for each in dead_letters._oldest(channel, "auth", 1)]
    await channel.default_exchange.publish(messages.copy(first, first.headers), "auth")
    await first.reject(requeue=True)  # it was handed over, and not taken away any more

    assert await dead_letters.replay(channel, "auth", 10) == 3
    await _reacting(amqp_url, react, until=lambda: _depth(channel, "auth", 0))

    assert effects == {event.event_id for event in broken}


async def test_who_looks_sees_why_how_often_and_under_which_trace(
    amqp_url: str, channel, broken
) -> None:
    [line, *_] = await dead_letters.show(channel, "auth", 10)

    _, kind, event_id, attempts, trace, *why = line.split()
    assert (kind, event_id, attempts) == (UserConnected.type, str(broken[0].event_id), "1")
    assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-01", trace)
    assert why == ["NotFound:", "no", "c0"]
