"""Many small writes in one: what comes within a moment is stored in one go."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")

MOST = 200
"""Items of one write."""


class Together(Generic[T]):
    """Gathers items for `linger` seconds and writes them with one call.

    For reactions to facts, which nobody waits for: a write for each costs five times as
    much as its share of a common one.
    """

    def __init__(
        self, write: Callable[[Sequence[T]], Awaitable[None]], *, linger: float = 0.05
    ) -> None:
        """`write` must do no harm when it is repeated after it failed half-way."""
        self._write = write
        self._linger = linger
        self._waiting: list[tuple[T, asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def add(self, item: T) -> None:
        """Return when the item is written; raises what `write` raised for it alone."""
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, written))
        if self._writing is None:
            self._writing = asyncio.create_task(self._run())
        await written

    async def _run(self) -> None:
        try:
            while self._waiting:
                await asyncio.sleep(self._linger)
                lot, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
                await self._settle(lot)
        finally:
            self._writing = None

    async def _settle(self, lot: Sequence[tuple[T, asyncio.Future[None]]]) -> None:
        [outcome] = await asyncio.gather(
            self._write([item for item, _ in lot]), return_exceptions=True
        )
        if isinstance(outcome, Exception) and len(lot) > 1:
            # One that can never be written must not take the others with it.
            await asyncio.gather(*(self._settle([each]) for each in lot))
            return
        for _, written in lot:
            if written.done():  # whoever waited has gone
                continue
            if isinstance(outcome, BaseException):
                written.set_exception(outcome)
            else:
                written.set_result(None)
