import asyncio
import gc
from contextlib import suppress

import aio_pika
import pytest

from common import background, topology
from common.bus import Bus, BusAway
from common.events import Envelope, SessionRevoked, UserConnected, UserRegistered
from common.problems import NotFound, Unavailable
from common.testing import NOON, eventually

from .wires import connected, running, taken

REGISTERED = UserRegistered(occurred_at=NOON, user_id="ada")


async def test_a_fact_reaches_whoever_reads_it(amqp_url: str) -> None:
    heard = []

    async def react(event) -> None:
        heard.append(event)

    async with running(amqp_url, react) as bus:
        event = connected()
        await bus.publish(Envelope.of(event, {}))

        await eventually(lambda: asyncio.sleep(0, heard))

    assert heard == [event]


async def test_a_fact_that_no_queue_takes_is_not_called_published(amqp_url: str) -> None:
    async with running(amqp_url) as bus:
        unknown = Envelope.of(REGISTERED, {})
        object.__setattr__(unknown, "type", "nobody.reads_this.v1")

        with pytest.raises(BusAway):
            await bus.publish(unknown)


async def test_what_a_retry_may_cure_waits_and_what_it_cannot_is_dead(amqp_url: str) -> None:
    async def react(event) -> None:
        if event.gateway_id == "away":
            raise Unavailable("MongoDB is away")
        raise NotFound("Never there")

    async with running(amqp_url, react) as bus:
        await bus.publish(Envelope.of(connected("away"), {}))
        await bus.publish(Envelope.of(connected("wrong"), {}))

        waiting = await eventually(lambda: taken(amqp_url, topology.retry_queue("auth", 5)))
        dead = await eventually(lambda: taken(amqp_url, topology.dead_queue("auth")))

    assert waiting.headers["x-attempt"] == 1
    assert b'"away"' in waiting.body
    assert b'"wrong"' in dead.body
    assert dead.headers["x-error"] == "NotFound: Never there"


async def test_a_poison_message_stops_nothing(amqp_url: str) -> None:
    heard = []

    async def react(event) -> None:
        heard.append(event.gateway_id)

    async with running(amqp_url, react) as bus:
        async with await aio_pika.connect(amqp_url) as connection:
            channel = await connection.channel()
            exchange = await channel.get_exchange(topology.EVENTS)
            poison = aio_pika.Message(b"{not json", type=UserConnected.type)
            await exchange.publish(poison, UserConnected.type)
        await bus.publish(Envelope.of(connected("after"), {}))

        await eventually(lambda: asyncio.sleep(0, heard))
        dead = await eventually(lambda: taken(amqp_url, topology.dead_queue("auth")))

    assert heard == ["after"]
    assert dead.body == b"{not json"


async def test_a_retried_fact_comes_back_by_itself(amqp_url: str) -> None:
    tries = []

    async def react(event) -> None:
        tries.append(event)
        if len(tries) == 1:
            raise Unavailable("not yet")

    async with running(amqp_url, react) as bus:
        await bus.publish(Envelope.of(connected(), {}))

        await eventually(lambda: asyncio.sleep(0, len(tries) == 2))

    assert tries[0] == tries[1]


async def test_subscriptions_must_be_what_the_topology_declares(amqp_url: str) -> None:
    with pytest.raises(ValueError, match="auth reads"):
        Bus(amqp_url).subscribe("auth", [])


async def test_the_bus_is_found_again_after_the_broker_cut_it(
    amqp_url: str, broker: tuple[str, str]
) -> None:
    heard = []

    async def react(event) -> None:
        heard.append(event.gateway_id)

    async with running(amqp_url, react) as bus:
        await bus.publish(Envelope.of(connected("before"), {}))
        await eventually(lambda: asyncio.sleep(0, "before" in heard))
        await _cut_everything(amqp_url, broker[1])

        async def published() -> bool:
            try:
                await bus.publish(Envelope.of(connected("after"), {}))
            except BusAway:
                return False
            return True

        await eventually(published)
        await eventually(lambda: asyncio.sleep(0, "after" in heard))


async def _cut_everything(url: str, management: str) -> None:
    import httpx  # noqa: PLC0415

    host = url.rpartition("/")[2]

    async def cut() -> int:
        async with httpx.AsyncClient(base_url=management) as api:
            mine = [c["name"] for c in (await api.get(f"/api/vhosts/{host}/connections")).json()]
            for name in mine:
                await api.delete(f"/api/connections/{name.replace('>', '%3E').replace(' ', '%20')}")
            return len(mine)

    await eventually(cut, within=20, every=0.3)


def test_revocation_is_not_shown_to_clients() -> None:
    revoked = SessionRevoked(occurred_at=NOON, user_id="a", session_id="s", reason="logout")

    assert Envelope.of(revoked, {}).audience == ()


async def test_ending_is_heeded_even_when_the_library_hides_it(amqp_url: str) -> None:
    opening = asyncio.Event()

    async def opened(*_: object) -> None:
        with suppress(asyncio.CancelledError):
            opening.set()
            await asyncio.Event().wait()

    keeping = asyncio.create_task(Bus(amqp_url)._keep(opened))
    await opening.wait()

    keeping.cancel()

    done, _ = await asyncio.wait({keeping}, timeout=5)
    assert done


async def test_a_bus_that_is_stopped_while_it_connects_leaves_nothing_open(
    amqp_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[bool] = []
    monkeypatch.setattr(aio_pika.Connection, "__del__", lambda gone: closed.append(gone.is_closed))

    for delay in range(12):
        async with background.running(Bus(amqp_url).run()):
            await asyncio.sleep(delay / 500)
        gc.collect()

    assert closed
    assert all(closed)
