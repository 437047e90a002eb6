"""A message that nobody can react to stops nothing and is not lost."""

import asyncio

import aio_pika
import pytest

from common import bus, mongo, queues, topology
from common.connection import AWAY
from common.events import Envelope, UserRegistered
from common.problems import NotFound, Unavailable
from common.queues import DEPTH
from common.testing import NOON, eventually

from .wires import connected, depth, opened, running, taken

DEAD = topology.dead_queue("auth")
WAITS = (0.05, 0.1, 0.15)


@pytest.fixture
async def quick(amqp_url: str) -> str:
    """A broker whose retry queues do not let one wait for long."""
    async with opened(amqp_url) as channel:
        await topology.declare(channel, waits=WAITS)
    return amqp_url


async def put(url: str, body: bytes, kind: str | None) -> None:
    async with opened(url) as channel:
        await channel.default_exchange.publish(aio_pika.Message(body, type=kind), "auth")


@pytest.mark.parametrize(
    ("body", "kind", "error"),
    [
        (b"{not json", "gateway.user_connected.v1", "ValidationError"),
        (b"\xff\xfe", "gateway.user_connected.v1", "ValidationError"),
        (b"{}", "gateway.user_connected.v1", "ValidationError"),
        (b"{}", "gateway.user_connected.v2", "UnknownFactError: gateway.user_connected.v2"),
        (b"{}", "nobody.knows_this.v1", "UnknownFactError: nobody.knows_this.v1"),
        (b"{}", None, "UnknownFactError"),
    ],
)
async def test_what_cannot_be_read_is_parked_at_once_and_the_others_go_on(
    quick: str, body: bytes, kind: str | None, error: str
) -> None:
    heard = []

    async def react(event) -> None:
        heard.append(event.gateway_id)

    async with running(quick, react, waits=WAITS) as line:
        await put(quick, body, kind)
        await line.publish(Envelope.of(connected("after"), {}))
        dead = await eventually(lambda: taken(quick, DEAD))
        await eventually(lambda: asyncio.sleep(0, heard))

    assert heard == ["after"]
    assert dead.body == body
    assert dead.headers["x-error"].startswith(error)
    assert dead.headers["x-attempt"] == 1
    assert dead.headers["traceparent"].startswith("00-")


async def test_a_known_fact_that_is_no_longer_read_is_passed_over(quick: str) -> None:
    heard = []

    async def react(event) -> None:
        heard.append(event)

    registered = UserRegistered(occurred_at=NOON, user_id="ada")
    async with running(quick, react, waits=WAITS) as line:
        await put(quick, registered.model_dump_json().encode(), registered.type)
        await line.publish(Envelope.of(connected(), {}))
        await eventually(lambda: asyncio.sleep(0, heard))

    assert await taken(quick, DEAD) is None


async def test_a_reaction_that_fails_for_ever_is_parked_after_the_last_attempt(quick: str) -> None:
    tries = []

    async def react(event) -> None:
        if event.gateway_id == "poison":
            tries.append(event)
            raise Unavailable("never")

    trace = {"traceparent": f"00-{'ab' * 16}-{'cd' * 8}-01"}
    async with running(quick, react, waits=WAITS) as line:
        await line.publish(Envelope.of(connected("poison"), trace))
        dead = await eventually(lambda: taken(quick, DEAD))

    assert len(tries) == len(WAITS) + 1 <= 5
    assert dead.headers["x-attempt"] == len(tries)
    assert dead.headers["x-error"] == "Unavailable: never"
    assert dead.headers["traceparent"] == trace["traceparent"]


async def test_the_attempts_together_take_less_than_two_minutes() -> None:
    assert len(topology.RETRY_WAITS) < 5
    assert sum(topology.RETRY_WAITS) <= 110


async def test_no_fact_is_given_up_because_the_store_is_away(quick: str) -> None:
    tries = []

    async def react(event) -> None:
        tries.append(event)
        if len(tries) < 8:
            raise mongo.AWAY[0]("no primary")

    async with running(quick, react, waits=WAITS) as line:
        await line.publish(Envelope.of(connected(), {}))
        await eventually(lambda: asyncio.sleep(0, len(tries) == 8))

    assert await taken(quick, DEAD) is None


async def test_a_reaction_that_hangs_gives_its_place_to_others(
    quick: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bus, "PATIENCE", 0.05)
    monkeypatch.setattr(bus, "PREFETCH", 1)
    heard = []

    async def react(event) -> None:
        if event.gateway_id == "hangs":
            await asyncio.Event().wait()
        heard.append(event.gateway_id)

    async with running(quick, react, waits=WAITS) as line:
        await line.publish(Envelope.of(connected("hangs"), {}))
        await line.publish(Envelope.of(connected("after"), {}))
        dead = await eventually(lambda: taken(quick, DEAD))

    assert heard == ["after"]
    assert dead.headers["x-error"].startswith("TimeoutError")


async def test_what_cannot_be_set_aside_is_delivered_again_until_it_can(quick: str) -> None:
    async with opened(quick) as channel:
        await channel.queue_delete(DEAD)
    tries = []

    async def react(event) -> None:
        tries.append(event.gateway_id)
        if event.gateway_id == "poison":
            raise NotFound("never there")

    async with running(quick, react, waits=WAITS) as line:
        await line.publish(Envelope.of(connected("poison"), {}))
        await eventually(lambda: asyncio.sleep(0, tries.count("poison") >= 2))
        async with opened(quick) as channel:
            await topology.declare(channel, waits=WAITS)
        dead = await eventually(lambda: taken(quick, DEAD))
        await line.publish(Envelope.of(connected("after"), {}))
        await eventually(lambda: asyncio.sleep(0, "after" in tries))

    assert b'"poison"' in dead.body
    assert await depth(quick, "auth") == 0


async def test_how_much_waits_in_each_queue_can_be_measured(quick: str) -> None:
    await put(quick, b"{}", "nobody.knows_this.v1")
    names = topology.queues_of("auth", waits=WAITS)

    async with await aio_pika.connect(quick) as connection:

        async def is_there() -> bool:
            return (await queues.measure(connection, names))["auth"] == 1

        await eventually(is_there)
        with pytest.raises(AWAY):
            await queues.measure(connection, ["nowhere"])
        await queues.measure(connection, names)  # the connection has survived that

    assert names == ["auth", *(f"auth.retry.{wait}s" for wait in WAITS), "auth.dead"]
    assert DEPTH.labels("auth")._value.get() == 1
    assert DEPTH.labels("auth.dead")._value.get() == 0


async def test_a_service_measures_its_own_queues(
    quick: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queues, "EVERY", 0.05)
    DEPTH.clear()

    async def react(event) -> None:
        raise NotFound("never there")

    async with running(quick, react, waits=WAITS) as line:
        await line.publish(Envelope.of(connected(), {}))

        async def seen() -> bool:
            return DEPTH.labels("auth.dead")._value.get() == 1

        await eventually(seen)


async def test_who_lags_behind_knows_it(quick: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bus, "PREFETCH", 1)
    monkeypatch.setattr(bus, "BEHIND", 2)
    go = asyncio.Event()

    async def react(event) -> None:
        await go.wait()

    async with running(quick, react, waits=WAITS) as line:
        await eventually(line.keeps_up)
        for _ in range(5):
            await line.publish(Envelope.of(connected(), {}))

        async def lags() -> bool:
            return not await line.keeps_up()

        await eventually(lags)
        assert await line.reachable()
        go.set()
        await eventually(line.keeps_up)
