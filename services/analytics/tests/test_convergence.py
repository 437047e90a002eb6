"""What analytics counts is what happened, whatever the broker did to the facts."""

import asyncio
import random
from collections import Counter
from datetime import UTC, timedelta

import pytest

from analytics import domain, handlers
from analytics.consumers import subscriptions
from analytics.repository import EventRepository
from common import replay
from common.bus import Bus
from common.events import CallStarted, Envelope, Event, MessagePosted, RoomOpened, UserRegistered
from common.mongo import Database
from common.outbox import ARCHIVE, Relay, entries
from common.testing import NOON

DAYS = 6
START = NOON - timedelta(days=DAYS - 1)
TYPES = {fact.type: fact for fact in (UserRegistered, RoomOpened, CallStarted, MessagePosted)}


class BadBroker(Bus):
    """Takes every fact, and loses some, brings some twice, and all in any order."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__("amqp://unused")
        self._chance = chance
        self.brought: list[Envelope] = []

    async def publish(self, envelope: Envelope) -> None:
        for _ in range(self._chance.choice([0, 1, 1, 2, 3])):
            self.brought.insert(self._chance.randint(0, len(self.brought)), envelope)


def happened(chance: random.Random, number: int) -> Event:
    """One fact of a kind that is counted, on one of the days."""
    at = START + timedelta(days=chance.randrange(DAYS), minutes=chance.randrange(-700, 700))
    room = {"occurred_at": at, "room_id": f"r{number}", "seq": 1}
    return chance.choice(
        [
            UserRegistered(occurred_at=at, user_id=f"u{number}"),
            RoomOpened(
                **room,
                room_name="Tea",
                host_id="ada",
                host_name="Ada",
                is_private=False,
                topology="auto",
            ),
            CallStarted(**room, meeting_id=f"m{number}", started_by="ada"),
            MessagePosted(
                **room,
                id=f"{number}",
                sender="ada",
                sender_name="Ada",
                message="hi",
                message_type="text",
                timestamp=at,
                client_id=None,
                reply_to=None,
            ),
        ]
    )


async def hear(events: EventRepository, facts: list[Envelope]) -> None:
    """As the bus brings them: many at a time."""
    reactions = {each.event.type: each for each in subscriptions(events)}
    await asyncio.gather(
        *(reactions[each.type].react(TYPES[each.type].parse(each.body)) for each in facts)
    )


async def recomputed(source: Database) -> Counter[tuple[str, str]]:
    """How many facts of a day and type the publisher has on record."""
    return Counter(
        [
            (entry["time"].astimezone(UTC).date().isoformat(), entry["type"])
            async for entry in source[ARCHIVE].find({})
        ]
    )


@pytest.mark.parametrize("seed", range(4))
async def test_the_figures_are_those_of_the_sources_after_a_replay(db: Database, seed: int) -> None:
    chance = random.Random(seed)
    source, events = db.client[f"{db.name}_source"], EventRepository(db)
    facts = [happened(chance, number) for number in range(120)]
    await source["things"].insert_many(
        [{"_id": str(n), "outbox": entries([fact])} for n, fact in enumerate(facts)]
    )
    broker = BadBroker(chance)
    await Relay(source["things"], broker).flush()
    await hear(events, broker.brought)
    assert await db["events"].count_documents({}) < len(facts), "the broker lost some"

    for _ in range(2):
        again = [fact async for fact in replay.archived(source, START - timedelta(days=1))]
        chance.shuffle(again)
        await hear(events, again)

    told = await handlers.summarize(events, days=DAYS, at=NOON)
    truth = await recomputed(source)
    days = domain.days_until(NOON.date(), days=DAYS)
    assert told == domain.summarize(truth, days)
    assert told.totals == domain.Figures(
        **{
            name: sum(count for (day, kind), count in truth.items() if kind == wanted)
            for name, wanted in domain.COUNTED.items()
        }
    )
    assert {each["_id"] async for each in db["events"].find({}, {"_id": 1})} == {
        str(fact.event_id) for fact in facts
    }
    await db.client.drop_database(source.name)
