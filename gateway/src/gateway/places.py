"""How much is asked of one replica at the same time: as much as it answers in good time."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from prometheus_client import Gauge

from common.problems import Unavailable

GOOD = 0.5
"""Seconds within which answers come while there is not too much to do."""
FEWEST, FIRST, MOST = 16, 64, 128
"""Places: what a slow replica keeps, what an unknown one has, what a quick one gets."""
LESS = 0.9
"""What remains of the places after an answer that was late, not more often than `GOOD`."""
MOST_WAITING = 64
"""Requests that may wait for a place."""
PLACE_WITHIN = 0.5
"""Seconds a request waits for a place: later its answer would come too late to be wanted."""


class Overloaded(Unavailable):
    """More is asked than can be answered in time."""

    code = "overloaded"
    retry_after = 1

    def __init__(self) -> None:
        super().__init__("Too much is asked of this part of the platform; please try again.")


class Places:
    """Requests on their way to one replica.

    Their number follows what the replica does: one more for as many answers in good time
    as there are places, a tenth less when answers are late (additive increase,
    multiplicative decrease, as TCP does it). Who finds no place waits a little, the first
    one first, and is then refused.
    """

    def __init__(self, shown: Gauge) -> None:
        self.taken = 0
        self._shown = shown
        self._most = float(FIRST)
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._lessened_at = float("-inf")

    @property
    def most(self) -> int:
        """Places there are now."""
        return int(self._most)

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """Hold a place; how long it is held tells how busy the replica is.

        Raises:
            Overloaded: There is none within `PLACE_WITHIN`, or too many wait already.
        """
        if self.taken >= self.most:
            await self._turn()
        else:
            self._take()
        began = asyncio.get_running_loop().time()
        try:
            yield
        finally:
            ended = asyncio.get_running_loop().time()
            self._learn(ended - began, at=ended)
            self._leave()

    async def _turn(self) -> None:
        if len(self._waiting) >= MOST_WAITING:
            raise Overloaded
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        is_mine = False
        try:
            async with asyncio.timeout(PLACE_WITHIN):
                await turn
            is_mine = True
        except TimeoutError:
            raise Overloaded from None
        finally:
            if not is_mine:
                self._give_up(turn)

    def _give_up(self, turn: asyncio.Future[None]) -> None:
        if turn.done() and not turn.cancelled():
            self._leave()  # it came at the very moment when nobody wanted it any more
        elif turn in self._waiting:
            self._waiting.remove(turn)

    def _take(self) -> None:
        self.taken += 1
        self._shown.set(self.taken)

    def _leave(self) -> None:
        self.taken -= 1
        while self._waiting and self.taken < self.most:
            turn = self._waiting.popleft()
            if not turn.done():  # cancelled, and about to give up
                self._take()
                turn.set_result(None)
        self._shown.set(self.taken)

    def _learn(self, seconds: float, *, at: float) -> None:
        if seconds <= GOOD:
            self._most = min(MOST, self._most + 1 / self._most)
        elif at - self._lessened_at > GOOD:
            self._most = max(FEWEST, self._most * LESS)
            self._lessened_at = at
