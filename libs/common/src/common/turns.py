"""Heavy work in turns: so many at a time, and no endless queue behind them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from common.problems import Unavailable


class Turns:
    """Lets `at_once` blocks run at a time and `waiting` wait; who comes then is refused."""

    def __init__(self, *, at_once: int, waiting: int, refusal: Unavailable) -> None:
        self._free = asyncio.Semaphore(at_once)
        self._longest = waiting
        self._waiting = 0
        self._refusal = refusal

    def accept(self) -> None:
        """Raises the refusal while the queue is full."""
        if self._waiting >= self._longest:
            raise type(self._refusal)(self._refusal.message)

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """Wait for a turn and have it; raises the refusal while the queue is full."""
        self.accept()
        self._waiting += 1
        try:
            await self._free.acquire()
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._free.release()
