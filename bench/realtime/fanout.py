"""One room of 200 sockets: how much it carries, how soon, and what a slow reader changes."""

import asyncio
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import cycle
from time import perf_counter

from bench.realtime.audience import Clock, Refused, Seat, seat, seated
from bench.realtime.processes import Spent, memory, spending
from bench.realtime.sides import Side

SOCKETS = 200
WARM_UP = 1.5
"""Seconds."""

WRITERS = 60
"""Sockets that write as fast as the room answers, to find how much it carries."""
SHORTEST = 1 / 19
"""Seconds between two messages of one socket; ours takes 20 frames a second for long."""

REST = 0.5
"""Seconds a socket waits that was told to try again."""

RATE = 50
"""Messages a second where the time of each is measured."""
SPEAKERS = 20

SLOW_RATE = 100
"""Messages a second beside a slow reader: enough to fill what kernels keep for it."""
SLOW_BUFFER = 8 << 10
"""Bytes the slow reader's kernel takes."""
ASLEEP = 30.0
"""Seconds without reading."""
_AT_THE_END = 2.0
"""Seconds for what was sent to arrive."""


@dataclass(frozen=True, slots=True)
class Carried:
    """What a room carried while everybody wrote as fast as it went."""

    deliveries: int
    spent: Spent
    refused: int
    """Messages that were not taken, and sent again by whoever wrote them."""

    @property
    def each_second(self) -> float:
        return self.deliveries / self.spent.seconds

    @property
    def per_application_cpu(self) -> float:
        """Deliveries per CPU second of everything but database and broker."""
        return self.deliveries / self.spent.application

    @property
    def per_cpu(self) -> float:
        return self.deliveries / self.spent.everything


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds."""

    p50: float
    p99: float
    refused: int
    """Messages that were not taken: the machine was too slow for the rate."""


@dataclass(frozen=True, slots=True)
class Disturbed:
    """What one slow reader changed for the others, and what it cost."""

    calm: Times
    disturbed: Times
    growth: int
    """Bytes the process that ends the sockets grew by at most."""
    dropped: bool
    """Whether the server let the slow one go."""


async def saturation(side: Side, seconds: float) -> Carried:
    """Let many write at once, each when its last message has come back to it."""
    clock = Clock()
    async with seated(side.hall, SOCKETS, clock) as seats:
        writing = [
            asyncio.create_task(_write(each, side.hall.room_id, clock)) for each in seats[:WRITERS]
        ]
        await asyncio.sleep(WARM_UP)
        clock.forget()
        with spending(side.processes) as spent:
            await asyncio.sleep(seconds)
            deliveries = clock.deliveries
        for task in writing:
            if task.done():
                task.result()  # raises what stopped it
            task.cancel()
        await asyncio.wait(writing)
        return Carried(deliveries, spent, clock.refused)


async def _write(speaker: Seat, room_id: str, clock: Clock) -> None:
    while True:
        began = perf_counter()
        try:
            await speaker.converse(room_id)
        except Refused:
            clock.refused += 1
            await asyncio.sleep(REST)
        await asyncio.sleep(max(0.0, began + SHORTEST - perf_counter()))


async def latency(side: Side, seconds: float) -> Times:
    """From sending to the last of 200 receivers, at a rate both carry with ease."""
    clock = Clock()
    async with seated(side.hall, SOCKETS, clock) as seats:
        await _speak(seats, side, RATE, WARM_UP)
        clock.forget()
        await _speak(seats, side, RATE, seconds)
        await asyncio.sleep(_AT_THE_END)
    return _times(clock.slowest.values(), clock.refused)


async def slow_reader(side: Side, calm: float) -> Disturbed:
    """Everybody's deliveries, `calm` seconds without and then with one who reads nothing."""
    clock = Clock()
    async with seated(side.hall, SOCKETS - 1, clock) as seats:
        slow = await seat(side.hall, side.hall.tokens[-1], None, buffer=SLOW_BUFFER)
        await _speak(seats, side, SLOW_RATE, WARM_UP)
        before = await _measured(clock, _speak(seats, side, SLOW_RATE, calm))
        small = memory(side.processes)[side.front]
        slow.stop_reading()
        during, growth = await asyncio.gather(
            _measured(clock, _speak(seats, side, SLOW_RATE, ASLEEP)),
            _growth(side, small),
        )
        slow.resume_reading()
        await asyncio.sleep(_AT_THE_END)
        dropped = slow.lost
        slow.transport.disconnect(graceful=False)
        return Disturbed(before, during, growth, dropped)


async def _measured(clock: Clock, speaking: object) -> Times:
    clock.forget()
    await speaking  # type: ignore[misc]
    await asyncio.sleep(_AT_THE_END)
    return _times(clock.took, clock.refused)


async def _growth(side: Side, small: int) -> int:
    """Look every second; what counts is the most it ever was."""
    most = small
    for _ in range(int(ASLEEP)):
        await asyncio.sleep(1)
        most = max(most, memory(side.processes)[side.front])
    return most - small


async def _speak(seats: Sequence[Seat], side: Side, rate: float, seconds: float) -> None:
    """Messages at an even pace, whatever becomes of them."""
    due = perf_counter()
    ends = due + seconds
    for speaker in cycle(seats[:SPEAKERS]):
        if due >= ends:
            return
        await asyncio.sleep(max(0.0, due - perf_counter()))
        speaker.say(side.hall.room_id)
        due += 1 / rate


def _times(seconds: Iterable[float], refused: int) -> Times:
    cuts = statistics.quantiles(seconds, n=100)
    return Times(p50=cuts[49] * 1000, p99=cuts[98] * 1000, refused=refused)
