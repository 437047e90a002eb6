"""Whether the way of packets takes longer and longer: the trendline of GCC.

As in libwebrtc, whose constants these are: packets sent together are one group, the
difference in delay between groups is summed up and smoothed, and the slope of a line
through the newest sums is compared with a threshold that adapts (GCC section 5).
"""

from collections import deque
from collections.abc import Iterable
from typing import Literal

Usage = Literal["normal", "over", "under"]

BURST = 0.005
"""Seconds within which packets are sent together."""
WINDOW = 20
"""Groups the line goes through."""
_SMOOTHING = 0.9
_GAIN = 4.0
_MOST_DELTAS = 60
_OVERUSE = 0.010
"""Seconds for which the trend has to be above the threshold."""
_RISES, _FALLS = 8.7, 39.0
"""Per second: how fast the threshold follows."""
_LOWEST, _HIGHEST = 0.006, 0.6
"""Bounds of the threshold in seconds."""
_OUTLIER = 0.015


class Gradient:
    """Takes packets in the order they were sent; times in seconds, of two clocks."""

    def __init__(self) -> None:
        self.usage: Usage = "normal"
        self._line: deque[tuple[float, float]] = deque(maxlen=WINDOW)
        self._group: tuple[float, float, float] | None = None
        """When the group began to be sent, when it was sent whole, when it had come."""
        self._before: tuple[float, float] | None = None
        self._deltas = 0
        self._sum = 0.0
        self._smoothed = 0.0
        self._trend = 0.0
        self._threshold = 0.0125
        self._threshold_at = 0.0
        self._over_for = 0.0
        self._over_times = 0

    def read(self, packets: Iterable[tuple[float, float, int]]) -> None:
        """When sent, when come and length of packets that came, in the order of their numbers."""
        group = self._group
        for sent, came, _ in packets:
            if group is None:
                group = sent, sent, came
                continue
            began, last, arrived = group
            if sent < began:
                continue
            if sent - began <= BURST or 0 <= came - arrived < min(BURST, sent - last):
                group = began, max(sent, last), max(came, arrived)
            else:
                self._complete(last, arrived)
                group = sent, sent, came
        self._group = group

    def _complete(self, sent: float, came: float) -> None:
        if self._before is not None:
            apart = sent - self._before[0]
            self._add(came - self._before[1] - apart, came=came, apart=apart)
        self._before = sent, came

    def _add(self, delta: float, *, came: float, apart: float) -> None:
        self._deltas = min(self._deltas + 1, 1000)
        self._sum += delta
        self._smoothed = _SMOOTHING * self._smoothed + (1 - _SMOOTHING) * self._sum
        self._line.append((came, self._smoothed))
        trend = _slope(self._line) if len(self._line) == WINDOW else self._trend
        self._judge(trend, came=came, apart=apart)

    def _judge(self, trend: float, *, came: float, apart: float) -> None:
        modified = min(self._deltas, _MOST_DELTAS) * trend * _GAIN / 1000
        if modified > self._threshold:
            self._over_for += apart if self._over_times else apart / 2
            self._over_times += 1
            if self._over_for > _OVERUSE and self._over_times > 1 and trend >= self._trend:
                self._over_for, self._over_times = 0.0, 0
                self.usage = "over"
        else:
            self._over_for, self._over_times = 0.0, 0
            self.usage = "under" if modified < -self._threshold else "normal"
        self._trend = trend
        self._adapt(abs(modified), came)

    def _adapt(self, modified: float, came: float) -> None:
        passed = min(max(came - self._threshold_at, 0.0), 0.1)
        self._threshold_at = came
        if modified > self._threshold + _OUTLIER:
            return
        speed = _FALLS if modified < self._threshold else _RISES
        self._threshold += speed * (modified - self._threshold) * passed
        self._threshold = min(max(self._threshold, _LOWEST), _HIGHEST)


def _slope(line: deque[tuple[float, float]]) -> float:
    """Of the line with the least squares: seconds of delay per second."""
    count = len(line)
    start = line[0][0]  # subtracted, so that large times lose no digits
    across = height = over = square = 0.0
    for x, y in line:
        apart = x - start
        across += apart
        height += y
        over += apart * y
        square += apart * apart
    under = count * square - across * across
    return (count * over - across * height) / under if under else 0.0
