"""Trying whether a connection carries more than what is sent on it."""

from collections.abc import Iterable
from dataclasses import dataclass

LASTS = 0.08
"""Seconds of a probe: short, because a connection that is full queues all of it."""
OCTETS = 7000
"""Of a probe at least: fewer packets measure nothing, so that a slow one lasts longer."""
TIMES = 2.0
"""How much more than the estimate is tried."""
AGAIN = 0.5
"""Seconds to the next probe after one that found more."""
LATER = 4.0
"""Seconds to the next after one that did not, or after a decrease."""
SELDOM = 25
"""How many times longer than a probe it is at least to the next, if it found nothing."""
DRAINS = 0.85
"""Share of the capacity that is used after a probe filled the queue."""
_ANSWERED_WITHIN = 1.0
_ENOUGH = 5
"""Packets that have to come for a measurement."""


@dataclass(frozen=True, slots=True)
class Found:
    bitrate: float
    """Bit/s."""
    full: bool
    """Whether more was offered than came: this is all the connection carries."""


class Probing:
    """At most one probe at a time, and when the next may be."""

    def __init__(self) -> None:
        self._due = 0.0
        self._target = 0.0
        """Bit/s; 0 while nothing is tried."""
        self._lasts = LASTS
        self._began = 0.0
        self._asked = 0.0
        self._sent = 0
        self._sent_at = 0.0
        self._arrived = 0
        self._packets = 0
        self._first = 0.0
        self._last = 0.0

    def begin(self, target: float, at: float) -> None:
        """Try this bitrate from now on."""
        if at >= self._due and not self._target:
            self._target = target
            self._lasts = max(LASTS, 8 * OCTETS / target)
            self._began = self._asked = at
            self._sent = self._arrived = self._packets = 0

    def postpone(self, at: float) -> None:
        """The connection is full: what is being tried means nothing."""
        self._target = 0.0
        self._due = at + LATER

    def sent(self, at: float, length: int) -> None:
        if self._target and at <= self._began + self._lasts:
            self._sent += length
            self._sent_at = at

    def padding(self, at: float) -> int:
        """Octets to send now besides what is sent anyway; 0 when nothing is tried."""
        if not self._target or at >= self._began + self._lasts:
            return 0
        # What is due until the next call, supposed to be as far away as the last.
        step = min(max(at - self._asked, 0.02), 0.04)
        self._asked = at
        return max(0, int(self._target * (at + step - self._began) / 8) - self._sent)

    def read(self, packets: Iterable[tuple[float, float, int]]) -> None:
        """When sent, when come and length of packets that came.

        The first's octets do not count: they came before the time that is measured.
        """
        for sent, came, length in packets:
            if not self._began <= sent <= self._began + self._lasts:
                continue
            if self._packets:
                self._arrived += length
                self._last = max(self._last, came)
            else:
                self._first = self._last = came
            self._packets += 1

    @property
    def tries(self) -> bool:
        """Whether a probe is not answered yet: delay grows now because of it."""
        return self._target > 0

    def found(self, told_until: float, at: float) -> Found | None:
        """What the connection carried, once feedback reaches beyond the probe.

        `told_until` is when the newest packet that feedback tells about was sent.
        """
        if not self._target:
            return None
        if told_until <= self._sent_at and at < self._began + self._lasts + _ANSWERED_WITHIN:
            return None
        target, self._target = self._target, 0.0
        self._due = at + max(LATER, SELDOM * self._lasts)
        if self._packets < _ENOUGH or self._last <= self._first:
            return None
        carried = 8 * self._arrived / (self._last - self._first)
        offered = 8 * self._sent / self._lasts
        if carried >= 0.9 * min(offered, target):
            self._due = at + AGAIN
            return Found(min(carried, offered, target), full=False)
        return Found(DRAINS * carried, full=True)
