"""New documents are published without being looked for, and none is left out for it."""

import asyncio

import pytest

from common import background, outbox
from common.bus import Bus, BusAway
from common.events import Envelope, UserRegistered
from common.mongo import Database, Document
from common.outbox import Relay, entries
from common.testing import NOON, eventually


class Ear(Bus):
    """A bus that hears everything, unless it is `away`."""

    def __init__(self) -> None:
        super().__init__("amqp://unused")
        self.heard: list[str] = []
        self.away = False

    async def publish(self, envelope: Envelope) -> None:
        if self.away:
            raise BusAway("gone")
        self.heard.append(envelope.id)


def document(name: str) -> Document:
    fact = UserRegistered(occurred_at=NOON, user_id=name)
    return {"_id": name, "outbox": entries([fact])}


def fact_of(written: Document) -> str:
    return str(written["outbox"][0]["id"])


async def left(db: Database) -> int:
    return await db["users"].count_documents({"outbox.id": {"$exists": True}})


async def test_a_new_document_is_published_from_hand(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "SWEEP", 60.0)
    ear, found, never_stored = Ear(), document("ada"), document("bob")
    relay = Relay(db["users"], ear)
    await db["users"].insert_one(found)

    async def heard(*all_of: Document) -> bool:
        return ear.heard == [fact_of(each) for each in all_of]

    async with background.running(relay.run()):
        await eventually(lambda: heard(found))
        relay.wake([never_stored])

        await eventually(lambda: heard(found, never_stored))


async def test_what_was_published_from_hand_leaves_its_document(db: Database) -> None:
    ear, made = Ear(), [document(str(n)) for n in range(5)]
    relay = Relay(db["users"], ear)
    await db["users"].insert_many(made)

    async def none_left() -> bool:
        return await left(db) == 0

    async with background.running(relay.run()):
        relay.wake(made)
        await eventually(none_left)

    assert set(ear.heard) == {fact_of(each) for each in made}


async def test_what_the_broker_did_not_take_is_published_when_it_is_back(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "SWEEP", 0.05)
    ear, made = Ear(), document("ada")
    relay = Relay(db["users"], ear)

    async def heard() -> bool:
        return fact_of(made) in ear.heard

    async with background.running(relay.run()):
        ear.away = True
        await db["users"].insert_one(made)
        relay.wake([made])
        await asyncio.sleep(0)
        ear.away = False

        await eventually(heard)
        assert await eventually(lambda: _nothing(db))


async def _nothing(db: Database) -> bool:
    return await left(db) == 0
