import asyncio
from dataclasses import dataclass, replace

import pytest

from common.events import PresenceChanged
from common.mongo import Database, DuplicateKeyError
from common.problems import ChangedMeanwhile, NotFound
from common.store import Store
from common.testing import NOON


@dataclass(frozen=True)
class Counter:
    id: str
    count: int = 0
    version: int = 0


FACT = PresenceChanged(occurred_at=NOON, user_id="ada", status="online")


def counted(counter: Counter):
    return replace(counter, count=counter.count + 1, version=counter.version + 1), [FACT]


def counters(db: Database, written=lambda: None) -> Store[Counter]:
    return Store(Counter, db["counters"], written=written, missing=NotFound("No such counter."))


async def test_an_aggregate_is_written_with_its_facts_in_one_document(db: Database) -> None:
    woken = []
    await counters(db, lambda: woken.append(1)).save(Counter("a", 1, version=1), FACT)

    document = await db["counters"].find_one({"_id": "a"})

    assert document["count"] == 1
    assert [entry["id"] for entry in document["outbox"]] == [str(FACT.event_id)]
    assert woken == [1]


async def test_a_stale_save_is_refused_and_writes_nothing(db: Database) -> None:
    store = counters(db)
    await store.save(Counter("a", 1, version=1), FACT)
    await store.save(Counter("a", 2, version=2), FACT)

    with pytest.raises(ChangedMeanwhile):
        await store.save(Counter("a", 7, version=2), FACT)

    assert await store.get("a") == Counter("a", 2, version=2)


async def test_creating_what_exists_is_refused(db: Database) -> None:
    store = counters(db)
    await store.save(Counter("a", 1, version=1), FACT)

    with pytest.raises(ChangedMeanwhile):
        await store.save(Counter("a", 9, version=1), FACT)


async def test_a_change_of_what_is_gone_does_not_bring_it_back(db: Database) -> None:
    store = counters(db)

    with pytest.raises(ChangedMeanwhile):
        await store.save(Counter("a", 3, version=3), FACT)

    assert await store.find("a") is None


async def test_changes_at_the_same_time_all_count(db: Database) -> None:
    store = counters(db)
    await store.save(Counter("a", 1, version=1), FACT)

    await asyncio.gather(*(store.change("a", counted) for _ in range(8)))

    counter = await store.get("a")
    assert (counter.count, counter.version) == (9, 9)


async def test_a_change_without_facts_writes_nothing(db: Database) -> None:
    store = counters(db)
    await store.save(Counter("a", 1, version=1), FACT)

    await store.change("a", lambda counter: (replace(counter, count=5), []))

    assert (await store.get("a")).count == 1


async def test_what_a_newer_replica_wrote_stays(db: Database) -> None:
    store = counters(db)
    await store.save(Counter("a", 1, version=1), FACT)
    await db["counters"].update_one({"_id": "a"}, {"$set": {"colour": "red"}})

    await store.change("a", counted)

    assert (await db["counters"].find_one({"_id": "a"}))["colour"] == "red"


async def test_what_is_not_there_is_said_in_the_words_given(db: Database) -> None:
    with pytest.raises(NotFound, match="No such counter"):
        await counters(db).get("nothing")


@pytest.mark.parametrize("facts", [(), (FACT,)])
async def test_what_is_created_again_is_what_is_there(db: Database, facts) -> None:
    woken = []
    store = counters(db, lambda: woken.append(1))
    first = Counter("a", 1, version=len(facts))

    assert await store.create(first, *facts) == first
    assert await store.create(replace(first, count=7), *facts) == first

    document = await db["counters"].find_one({"_id": "a"})
    assert (document["count"], len(document["outbox"])) == (1, len(facts))
    assert woken == [1]
    await store.change("a", counted)


async def test_another_unique_index_is_not_taken_for_the_same_creation(db: Database) -> None:
    await db["counters"].create_index("count", unique=True)
    await counters(db).create(Counter("a", 1))

    with pytest.raises(DuplicateKeyError):
        await counters(db).create(Counter("b", 1))
