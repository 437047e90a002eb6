import asyncio
from collections.abc import AsyncIterator

import pytest
from structlog.testing import capture_logs

from common import background, bus, outbox, topology
from common.bus import Bus, BusAway
from common.events import Envelope, UserRegistered
from common.mongo import Database
from common.outbox import ARCHIVE, BACKLOG, WAITING, Relay, entries
from common.testing import NOON, eventually

from .wires import depth, opened, running, taken

REGISTERED = UserRegistered(occurred_at=NOON, user_id="ada")


class Slow(Bus):
    """A bus that holds each fact until it is let go, and remembers their order."""

    def __init__(self, heard: list[str]) -> None:
        super().__init__("amqp://unused")
        self.heard = heard
        self.waiting = asyncio.Event()
        self.go = asyncio.Event()

    async def publish(self, envelope: Envelope) -> None:
        self.waiting.set()
        await self.go.wait()
        self.heard.append(envelope.id)


def registered(count: int) -> list[UserRegistered]:
    return [UserRegistered(occurred_at=NOON, user_id=str(n)) for n in range(count)]


async def waiting(db: Database, key: str) -> list[str]:
    document = await db["users"].find_one({"_id": key})
    return [entry["id"] for entry in document["outbox"]]


@pytest.fixture
async def line(amqp_url: str) -> AsyncIterator[Bus]:
    async with running(amqp_url) as bus:
        yield bus


async def test_the_relay_publishes_what_a_crashed_process_left(
    amqp_url: str, db: Database, line: Bus
) -> None:
    document = {"_id": "ada", "outbox": entries([REGISTERED])}
    await db["users"].insert_one(document)  # written, and then the process died

    relay = Relay(db["users"], line)
    await relay.prepare()
    assert await relay.flush() == 1
    assert await relay.flush() == 0

    published = await eventually(lambda: taken(amqp_url, "analytics"))
    assert UserRegistered.parse(published.body) == REGISTERED
    assert published.message_id == str(REGISTERED.event_id)
    assert published.headers["cloudEvents:source"] == "/convo/auth"
    assert await waiting(db, "ada") == []
    archived = await db[ARCHIVE].find_one({"_id": str(REGISTERED.event_id)})
    assert archived["type"] == REGISTERED.type


async def test_facts_of_one_document_keep_their_order(
    amqp_url: str, db: Database, line: Bus
) -> None:
    facts = registered(20)
    await db["users"].insert_one({"_id": "ada", "outbox": entries(facts)})

    await Relay(db["users"], line).flush()

    heard = [UserRegistered.parse((await taken(amqp_url, "analytics")).body) for _ in facts]
    assert heard == facts


async def test_more_documents_than_one_batch_are_published_at_once(
    amqp_url: str, db: Database, line: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "BATCH", 3)
    await db["users"].insert_many(
        [{"_id": str(n), "outbox": entries([fact])} for n, fact in enumerate(registered(10))]
    )

    assert await Relay(db["users"], line).flush() == 10

    assert await depth(amqp_url, "analytics") == 10


async def test_the_relay_keeps_facts_while_the_broker_is_away(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bus, "PUBLISH_TIMEOUT", 0.1)
    await db["users"].insert_one({"_id": "ada", "outbox": entries([REGISTERED])})

    with pytest.raises(BusAway):
        await Relay(db["users"], Bus("amqp://nobody:secret@127.0.0.1:1/")).flush()

    assert len(await waiting(db, "ada")) == 1


async def test_what_the_broker_took_before_it_went_is_not_published_again(db: Database) -> None:
    class Going(Slow):
        async def publish(self, envelope: Envelope) -> None:
            if len(self.heard) == 2:
                raise BusAway("gone")
            self.heard.append(envelope.id)

    facts = entries(registered(3))
    await db["users"].insert_one({"_id": "ada", "outbox": facts})

    with pytest.raises(BusAway):
        await Relay(db["users"], Going([])).flush()

    assert await waiting(db, "ada") == [facts[2]["id"]]


async def test_a_broker_that_hangs_is_given_little_until_it_answers(db: Database) -> None:
    class Hanging(Slow):
        async def publish(self, envelope: Envelope) -> None:
            self.heard.append(envelope.id)
            if not self.go.is_set():
                raise BusAway("no answer")

    facts = entries(registered(3))
    await db["users"].insert_many([{"_id": fact["id"], "outbox": [fact]} for fact in facts])
    bus = Hanging([])
    relay = Relay(db["users"], bus)

    given = []
    for _ in range(3):
        bus.heard.clear()
        with pytest.raises(BusAway):
            await relay.flush()
        given.append(len(bus.heard))
    bus.go.set()

    assert given == [3, 1, 1]
    assert await relay.flush() == 3


async def test_a_running_relay_sweeps_without_being_woken(
    amqp_url: str, db: Database, line: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "SWEEP", 0.05)
    relay = Relay(db["users"], line)

    async with background.running(relay.run()):
        await db["users"].insert_one({"_id": "ada", "outbox": entries([REGISTERED])})

        assert await eventually(lambda: taken(amqp_url, "analytics"))


async def test_several_relays_at_once_lose_nothing_and_keep_each_documents_order(
    amqp_url: str, db: Database, line: Bus
) -> None:
    told = {key: registered(8) for key in "abcdefgh"}
    await db["users"].insert_many(
        [{"_id": key, "outbox": entries(facts)} for key, facts in told.items()]
    )

    await asyncio.gather(*(Relay(db["users"], line).flush() for _ in range(4)))

    heard = [
        (await taken(amqp_url, "analytics")).message_id
        for _ in range(await depth(amqp_url, "analytics") or 0)
    ]
    for key, facts in told.items():
        ids = [str(fact.event_id) for fact in facts]
        assert list(dict.fromkeys(each for each in heard if each in ids)) == ids
        assert await waiting(db, key) == []
    assert await db[ARCHIVE].count_documents({}) == 64


async def test_a_relay_that_is_slow_removes_no_fact_that_it_did_not_publish(db: Database) -> None:
    first, second = entries(registered(2))
    await db["users"].insert_one({"_id": "ada", "outbox": [first]})
    heard: list[str] = []
    slow, quick = Slow(heard), Slow(heard)
    sleeping = asyncio.create_task(Relay(db["users"], slow).flush())
    await slow.waiting.wait()
    await db["users"].update_one({"_id": "ada"}, {"$push": {"outbox": second}})

    slow.go.set()
    await sleeping
    assert await waiting(db, "ada") == [second["id"]]
    quick.go.set()
    await Relay(db["users"], quick).flush()

    assert heard == [first["id"], second["id"]]


async def test_a_relay_overtaken_by_another_repeats_and_never_skips(db: Database) -> None:
    first, second = entries(registered(2))
    await db["users"].insert_one({"_id": "ada", "outbox": [first]})
    heard: list[str] = []
    slow, quick = Slow(heard), Slow(heard)
    sleeping = asyncio.create_task(Relay(db["users"], slow).flush())
    await slow.waiting.wait()
    await db["users"].update_one({"_id": "ada"}, {"$push": {"outbox": second}})

    quick.go.set()
    await Relay(db["users"], quick).flush()
    slow.go.set()
    await sleeping

    assert heard == [first["id"], second["id"], first["id"]]
    assert await waiting(db, "ada") == []


async def test_a_fact_that_no_queue_takes_stays_and_holds_up_no_other_document(
    amqp_url: str, db: Database, line: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "BATCH", 2)  # more of them than one look takes
    stuck = [{**entry, "type": "auth.from_tomorrow.v1"} for entry in entries(registered(5))]
    behind = entries([REGISTERED])
    await db["users"].insert_many([{"_id": f"a{n}", "outbox": [e]} for n, e in enumerate(stuck)])
    await db["users"].update_one({"_id": "a0"}, {"$push": {"outbox": behind[0]}})
    await db["users"].insert_one({"_id": "b", "outbox": entries(registered(1))})

    with capture_logs() as logs:
        assert await Relay(db["users"], line).flush() == 1

    assert await waiting(db, "b") == []
    assert await waiting(db, "a0") == [stuck[0]["id"], behind[0]["id"]]
    [told] = [each for each in logs if each["log_level"] == "error"]
    assert told["documents"] == 5
    assert "common.topology" in told["first"]
    assert "auth.from_tomorrow.v1" in told["first"]

    async with opened(amqp_url) as channel:
        events = await channel.get_exchange(topology.EVENTS)
        await (await channel.get_queue("analytics")).bind(events, "auth.from_tomorrow.v1")
    assert await Relay(db["users"], line).flush() == 6


async def test_an_entry_that_cannot_be_read_stays_and_holds_up_no_other_document(
    db: Database, line: Bus
) -> None:
    await db["users"].insert_one({"_id": "a", "outbox": [{"id": "x", "time": NOON}]})
    await db["users"].insert_one({"_id": "b", "outbox": entries(registered(1))})

    with capture_logs() as logs:
        assert await Relay(db["users"], line).flush() == 1

    assert await waiting(db, "a") == ["x"]
    assert logs[-1]["event"] == "facts cannot be published"


async def test_how_much_waits_and_since_when_can_be_measured(db: Database) -> None:
    relay = Relay(db["users"], Bus("amqp://unused"))
    await db["users"].insert_one({"_id": "a", "outbox": entries(registered(3))})
    await db["users"].insert_one({"_id": "b", "outbox": []})

    await relay.measure()

    assert WAITING.labels("users")._value.get() == 3
    assert BACKLOG.labels("users")._value.get() > 3600

    await db["users"].update_one({"_id": "a"}, {"$set": {"outbox": []}})
    await relay.measure()
    assert WAITING.labels("users")._value.get() == 0
    assert BACKLOG.labels("users")._value.get() == 0
