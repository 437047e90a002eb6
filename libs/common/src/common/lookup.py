"""Many small reads in one: what is asked for in one turn of the loop is read together."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Generic, TypeVar

V = TypeVar("V")


class Lookup(Generic[V]):
    """Documents by id; those that are asked for in the same turn cost one question.

    Nothing is remembered: each turn reads what is so then.
    """

    def __init__(self, read: Callable[[Collection[str]], Awaitable[Mapping[str, V]]]) -> None:
        """`read` leaves out what there is not."""
        self._read = read
        self._asked: dict[str, asyncio.Future[V | None]] = {}
        self._reading: set[asyncio.Task[None]] = set()

    async def get(self, key: str) -> V | None:
        """What is there under the key; raises what the reading raised."""
        if not self._asked:
            asyncio.get_running_loop().call_soon(self._go)
        found = self._asked.get(key)
        if found is None:
            found = self._asked[key] = asyncio.get_running_loop().create_future()
        # Shielded: who gives up must not take it from others who asked for the same.
        return await asyncio.shield(found)

    def _go(self) -> None:
        asked, self._asked = self._asked, {}
        task = asyncio.create_task(self._answer(asked))
        self._reading.add(task)
        task.add_done_callback(self._reading.discard)

    async def _answer(self, asked: Mapping[str, "asyncio.Future[V | None]"]) -> None:
        [outcome] = await asyncio.gather(self._read(asked.keys()), return_exceptions=True)
        for key, found in asked.items():
            if isinstance(outcome, BaseException):
                found.set_exception(outcome)
                found.exception()  # it may be that nobody waits any more
            else:
                found.set_result(outcome.get(key))
