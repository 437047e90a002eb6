"""Runs many clients in one thread: sends what is due, reads what came, sleeps in between."""

import heapq
import random
import time
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from bench.media.datagrams import Batch
from bench.media.leg import Leg
from bench.media.packets import AUDIO_EVERY, FRAME_EVERY, IN_A_FRAME, Publisher
from bench.media.subscribers import Subscriber

SILENCE: Final = 0.5
"""Seconds before and after what is measured in which nothing is sent, so that all of it has
arrived; a server that is further behind than that has lost it."""

_READ_EVERY: Final = 0.005
"""Seconds between two looks at the sockets; the kernel knows when each packet came."""
_FEED_BACK_EVERY: Final = 0.1
_REPORT_EVERY: Final = 1.0
CONSENT_EVERY: Final = 4.0
"""Seconds between two checks of each leg: a server forgets who is silent (RFC 7675)."""
_TOGETHER: Final = 0.0002
"""Seconds within which things that are due are done at once."""
_AT_ONCE: Final = 64


@dataclass(frozen=True, slots=True)
class Schedule:
    """Seconds of `time.time`, which all processes share."""

    measured_from: float
    ends: float


@dataclass(frozen=True, slots=True)
class WarmUp:
    """Traffic that is not measured, until so many seconds of `time.time`."""

    ends: float


@dataclass(slots=True)
class Seen:
    """What a generator sent and got while it was measured."""

    sent: int = 0
    refused: int = 0
    """Packets its own kernel did not take."""
    received: int = 0
    others: int = 0
    """Retransmissions and probes."""
    unreadable: int = 0
    late: float = 0.0
    """Seconds by which it did something too late, at worst."""
    cpu: float = 0.0
    """Seconds it used itself."""
    delays: "array[float]" = field(default_factory=lambda: array("d"))


class Traffic:
    """Everything one process does at the time of measuring."""

    def __init__(
        self,
        legs: Sequence[Leg],
        publishers: Sequence[Publisher],
        subscribers: Sequence[Subscriber],
        *,
        is_even: bool,
    ) -> None:
        """With `is_even` the packets of a picture do not leave together, but one by one."""
        self._legs = legs
        self._publishers = publishers
        self._subscribers = subscribers
        self._is_even = is_even
        self._batch = Batch(_AT_ONCE)
        self._batch.stamp()
        self._late = 0.0

    def warm_up(self, until: WarmUp) -> float:
        """Send and get; returns the share of all tracks of which something came."""
        for each in self._subscribers:
            each.forget()
        self._send_until(until.ends)
        came = [bool(count) for each in self._subscribers for count in each.counts.values()]
        return sum(came) / len(came) if came else 1.0

    def run(self, schedule: Schedule) -> Seen:
        """Fall silent, measure, fall silent."""
        self._read_until(schedule.measured_from)
        before = sum(each.sent for each in self._publishers)
        for each in self._subscribers:
            each.forget()
        self._late, used = 0.0, time.process_time()
        self._send_until(schedule.ends)
        self._read_until(schedule.ends + SILENCE)
        seen = Seen(
            sent=sum(each.sent for each in self._publishers) - before,
            refused=sum(each.refused for each in self._publishers),
            received=sum(each.received for each in self._subscribers),
            others=sum(each.others for each in self._subscribers),
            unreadable=sum(each.unreadable for each in self._subscribers),
            late=self._late,
            cpu=time.process_time() - used,
        )
        for each in self._subscribers:
            seen.delays.extend(each.delays)
        return seen

    def _send_until(self, ends: float) -> None:
        queue: list[tuple[float, int, float, Callable[[], None]]] = []
        now = time.time()

        def again(every: float, what: Callable[[], None]) -> None:
            first = now + random.random() * every
            heapq.heappush(queue, (first, len(queue), every, what))

        again(_READ_EVERY, self._read)
        again(CONSENT_EVERY, self._renew)
        for publisher in self._publishers:
            again(AUDIO_EVERY, publisher.send_sound)
            if self._is_even:
                again(FRAME_EVERY / IN_A_FRAME, publisher.send_part_of_picture)
            else:
                again(FRAME_EVERY, publisher.send_picture)
            again(_REPORT_EVERY, publisher.report)
        for subscriber in self._subscribers:
            again(_FEED_BACK_EVERY, subscriber.feed_back)
            again(_REPORT_EVERY, subscriber.report)
        _follow(queue, ends, self._was_late)

    def _was_late(self, seconds: float) -> None:
        self._late = max(self._late, seconds)

    def _read_until(self, ends: float) -> None:
        while time.time() < ends:
            self._read()
            time.sleep(_READ_EVERY)
        self._read()

    def _read(self) -> None:
        for subscriber in self._subscribers:
            subscriber.take(self._batch)
        for publisher in self._publishers:
            publisher.take(self._batch)

    def _renew(self) -> None:
        for leg in self._legs:
            leg.socket.send(leg.check)


def _follow(
    queue: list[tuple[float, int, float, Callable[[], None]]],
    ends: float,
    was_late: Callable[[float], None],
) -> None:
    """Do each thing when it is due and put it back."""
    while True:
        due, number, every, what = queue[0]
        now = time.time()
        if now >= ends:
            return
        if due > now + _TOGETHER:
            time.sleep(due - now)
            continue
        was_late(now - due)
        what()
        heapq.heapreplace(queue, (due + every, number, every, what))
