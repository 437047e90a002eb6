"""Many small writes in one."""

import asyncio
from collections.abc import Sequence

import pytest

from common import together
from common.mongo import Database, insert_missing
from common.together import Together


async def test_what_comes_within_a_moment_is_written_once() -> None:
    lots: list[list[int]] = []

    async def write(items: Sequence[int]) -> None:
        lots.append(list(items))

    gathering = Together(write, linger=0.0)
    await asyncio.gather(*(gathering.add(n) for n in range(10)))
    await gathering.add(10)

    assert lots == [list(range(10)), [10]]


async def test_nobody_goes_on_before_their_item_is_written() -> None:
    written, go = list[int](), asyncio.Event()

    async def write(items: Sequence[int]) -> None:
        await go.wait()
        written.extend(items)

    adding = asyncio.create_task(Together(write, linger=0.0).add(1))
    await asyncio.wait({adding}, timeout=0.05)
    assert not adding.done()
    go.set()
    await adding

    assert written == [1]


async def test_what_fails_is_told_to_everybody_of_the_lot_and_the_next_one_goes_on() -> None:
    fails = True

    async def write(items: Sequence[int]) -> None:
        if fails:
            raise ConnectionError("away")

    gathering = Together(write, linger=0.0)
    outcomes = await asyncio.gather(gathering.add(1), gathering.add(2), return_exceptions=True)
    fails = False
    await gathering.add(3)

    assert [type(each) for each in outcomes] == [ConnectionError, ConnectionError]


async def test_one_that_cannot_be_written_takes_no_other_with_it() -> None:
    written: list[int] = []

    async def write(items: Sequence[int]) -> None:
        if 2 in items:
            raise OverflowError
        written.extend(items)

    gathering = Together(write, linger=0.0)
    outcomes = await asyncio.gather(*(gathering.add(n) for n in range(4)), return_exceptions=True)

    assert [type(each) for each in outcomes] == [type(None), type(None), OverflowError, type(None)]
    assert sorted(written) == [0, 1, 3]


async def test_a_lot_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(together, "MOST", 3)
    sizes: list[int] = []

    async def write(items: Sequence[int]) -> None:
        sizes.append(len(items))

    gathering = Together(write, linger=0.0)
    await asyncio.gather(*(gathering.add(n) for n in range(7)))

    assert sizes == [3, 3, 1]


async def test_documents_that_are_there_stay_and_keep_nobody_out(db: Database) -> None:
    await db["things"].insert_one({"_id": "b", "from": "before"})

    await insert_missing(db["things"], [{"_id": key, "from": "now"} for key in "abc"])

    found = {each["_id"]: each["from"] async for each in db["things"].find()}
    assert found == {"a": "now", "b": "before", "c": "now"}
