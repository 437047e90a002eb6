import asyncio
from collections.abc import Collection, Mapping

import pytest

from common.lookup import Lookup


class Shelf:
    def __init__(self) -> None:
        self.questions: list[list[str]] = []
        self.failure: Exception | None = None

    async def read(self, keys: Collection[str]) -> Mapping[str, str]:
        self.questions.append(sorted(keys))
        await asyncio.sleep(0)
        if self.failure is not None:
            raise self.failure
        return {key: key.upper() for key in keys if key != "nothing"}


async def test_what_is_asked_in_one_turn_is_one_question() -> None:
    shelf = Shelf()
    lookup = Lookup(shelf.read)

    found = await asyncio.gather(*(lookup.get(key) for key in ("a", "b", "a", "nothing")))
    later = await lookup.get("a")

    assert found == ["A", "B", "A", None]
    assert later == "A"
    assert shelf.questions == [["a", "b", "nothing"], ["a"]]


async def test_a_failure_is_told_to_all_who_asked_and_to_nobody_later() -> None:
    shelf = Shelf()
    shelf.failure = ConnectionError("away")
    lookup = Lookup(shelf.read)

    failed = await asyncio.gather(lookup.get("a"), lookup.get("b"), return_exceptions=True)
    shelf.failure = None

    assert [type(each) for each in failed] == [ConnectionError] * 2
    assert await lookup.get("a") == "A"


async def test_who_gives_up_takes_it_from_nobody_else() -> None:
    shelf = Shelf()
    lookup = Lookup(shelf.read)
    impatient = asyncio.create_task(lookup.get("a"))
    patient = asyncio.create_task(lookup.get("a"))
    await asyncio.sleep(0)

    impatient.cancel()

    assert await patient == "A"
    with pytest.raises(asyncio.CancelledError):
        await impatient
