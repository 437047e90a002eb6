"""A broker that lost everything has it again from what services have kept."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from common import outbox, replay, topology
from common.clock import utc_now
from common.events import Envelope, Event, FileStored, ParticipantRemoved, UserRegistered
from common.mongo import Database
from common.outbox import Relay, entries
from common.testing import NOON

from .wires import depth, opened, running, taken

MINUTE = timedelta(minutes=1)
START = utc_now() - timedelta(hours=1)


def registered(minute: int) -> UserRegistered:
    return UserRegistered(occurred_at=START + minute * MINUTE, user_id=f"u{minute}")


def removed(minute: int) -> ParticipantRemoved:
    return ParticipantRemoved(
        occurred_at=START + minute * MINUTE,
        room_id="r1",
        seq=minute + 1,
        user_id="bob",
        reason="left",
    )


Publish = Callable[..., Awaitable[None]]


@pytest.fixture
async def publish(amqp_url: str, db: Database, monkeypatch: pytest.MonkeyPatch) -> Publish:
    """Publish facts as rooms and auth do, in databases of this test, and lose them."""
    rooms, auth = db, db.client[f"{db.name}_auth"]
    monkeypatch.setenv("CONVO_AMQP_URL", amqp_url)
    monkeypatch.setenv("CONVO_MONGO_URL", _address(db))
    monkeypatch.setenv("CONVO_ROOMS_DATABASE", rooms.name)
    monkeypatch.setenv("CONVO_AUTH_DATABASE", auth.name)
    for other in ("chat", "signaling", "media", "notify"):
        monkeypatch.setenv(f"CONVO_{other.upper()}_DATABASE", f"{db.name}_{other}")

    async def published(*events: Event) -> None:
        async with running(amqp_url) as bus:
            for number, event in enumerate(events):
                home = auth if event.type.startswith("auth.") else rooms
                document = {"_id": f"{number}", "outbox": entries([event])}
                await home["things"].replace_one({"_id": f"{number}"}, document, upsert=True)
                relay = Relay(home["things"], bus)
                await relay.prepare()
                await relay.flush()
        await lose_everything(amqp_url)

    return published


@pytest.fixture(autouse=True)
async def tidy(db: Database) -> AsyncIterator[None]:
    yield
    await db.client.drop_database(f"{db.name}_auth")


def _address(db: Database) -> str:
    [(host, port)] = db.client.nodes or {db.client.address}
    return f"mongodb://{host}:{port}/?replicaSet=rs0"


async def lose_everything(url: str) -> None:
    async with opened(url) as channel:
        for service in topology.READERS:
            for queue in topology.queues_of(service):
                await channel.queue_delete(queue)
        await channel.exchange_delete(topology.EVENTS)
        await topology.declare(channel)


async def everything(url: str, queue: str) -> list[str]:
    found = []
    while (message := await taken(url, queue)) is not None:
        found.append(message.message_id)
    return found


def ids(*events: Event) -> list[str]:
    return [str(event.event_id) for event in events]


async def test_a_wiped_broker_has_every_fact_again_in_the_order_of_time(
    amqp_url: str, publish: Publish, capsys: pytest.CaptureFixture[str]
) -> None:
    facts = [removed(1), registered(2), removed(3), registered(4)]
    await publish(*reversed(facts))

    assert await replay.main(["--all"]) == 0

    assert await everything(amqp_url, "analytics") == ids(*facts)
    assert await everything(amqp_url, "chat") == ids(facts[0], facts[2])
    told = capsys.readouterr().out.splitlines()
    assert told[0].split() == ["2", "auth.user_registered.v1"]
    assert told[-1].startswith("replayed 4 facts of auth, rooms, chat, signaling, media, notify")


async def test_one_consumer_gets_what_it_reads_and_nobody_else_anything(
    amqp_url: str, publish: Publish
) -> None:
    facts = [removed(1), registered(2)]
    await publish(*facts)

    assert await replay.main(["--consumer", "notify"]) == 0

    assert await everything(amqp_url, "notify") == ids(facts[0])
    assert await depth(amqp_url, "analytics") == 0


async def test_one_publisher_and_a_moment_can_be_named(amqp_url: str, publish: Publish) -> None:
    facts = [removed(1), registered(2), removed(3)]
    await publish(*facts)
    since = (START + 2 * MINUTE).isoformat()

    assert await replay.main(["--all", "--publisher", "rooms", "--since", since]) == 0

    assert await everything(amqp_url, "analytics") == ids(facts[2])


async def test_more_than_one_batch_is_replayed_and_a_second_time_the_same(
    amqp_url: str, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay, "BATCH", 3)
    facts = [removed(minute) for minute in range(8)]
    await publish(*facts)

    for _ in range(2):
        assert await replay.main(["--all"]) == 0

    assert await everything(amqp_url, "chat") == ids(*facts) * 2


async def test_clients_are_shown_nothing_again(amqp_url: str, publish: Publish) -> None:
    await publish(removed(1))

    async with opened(amqp_url) as channel:
        gateway = await channel.declare_queue(exclusive=True)
        await gateway.bind(topology.EVENTS, "room.r1")
        assert await replay.main(["--all"]) == 0

        assert await gateway.get(fail=False) is None
    assert await depth(amqp_url, "chat") == 1


async def test_an_archived_fact_that_cannot_be_read_stops_no_other(
    amqp_url: str, db: Database, publish: Publish, capsys: pytest.CaptureFixture[str]
) -> None:
    await publish(removed(1))
    await db[outbox.ARCHIVE].insert_one({"_id": "odd", "time": utc_now()})

    assert await replay.main(["--all"]) == 0

    assert "left out odd" in capsys.readouterr().err
    assert await depth(amqp_url, "chat") == 1


async def test_the_broker_is_empty_until_a_whole_replay_has_ended(
    publish: Publish, amqp_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    await publish(removed(1))

    async def told() -> str:
        await topology.main()
        return capsys.readouterr().out

    assert (await told()).endswith("(the broker was empty)\n")
    await replay.main(["--consumer", "notify"])
    await replay.main(["--all", "--since", "1h"])
    assert (await told()).endswith("(the broker was empty)\n")
    await replay.main(["--all"])
    assert not (await told()).endswith("(the broker was empty)\n")


async def test_a_replay_that_cannot_go_on_says_so_and_the_broker_stays_empty(
    publish: Publish, amqp_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    await publish(removed(1))
    async with opened(amqp_url) as channel:
        await channel.exchange_delete(topology.EVENTS)

    assert await replay.main(["--all"]) == 1

    assert "run it again" in capsys.readouterr().err
    await topology.main()
    assert "(the broker was empty)" in capsys.readouterr().out


async def test_facts_of_several_sources_come_in_order_and_one_of_each_is_held() -> None:
    pulled = []

    async def source(*minutes: int) -> AsyncIterator[Envelope]:
        for minute in minutes:
            pulled.append(minute)
            yield Envelope.of(registered(minute), {})
            await asyncio.sleep(0)

    found = []
    async for fact in replay.in_order([source(1, 4, 5), source(), source(2, 3)]):
        found.append(fact.time)
        assert len(pulled) <= len(found) + 1

    assert found == [START + minute * MINUTE for minute in (1, 2, 3, 4, 5)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30m", NOON - timedelta(minutes=30)),
        ("2h", NOON - timedelta(hours=2)),
        ("7d", NOON - timedelta(days=7)),
        ("2026-01-01T10:00:00Z", datetime(2026, 1, 1, 10, tzinfo=UTC)),
        ("2026-01-01T10:00:00", datetime(2026, 1, 1, 10, tzinfo=UTC)),
    ],
)
def test_a_moment_can_be_said_in_two_ways(text: str, expected: datetime) -> None:
    assert replay.moment(text, now=NOON) == expected


async def test_what_is_asked_has_to_be_clear(capsys: pytest.CaptureFixture[str]) -> None:
    for wrong in ([], ["--all", "--consumer", "auth"], ["--all", "--since", "yesterday"]):
        with pytest.raises(SystemExit):
            await replay.main(wrong)

    assert FileStored.type.partition(".")[0] in replay.PUBLISHERS
    assert "gateway" not in replay.PUBLISHERS
