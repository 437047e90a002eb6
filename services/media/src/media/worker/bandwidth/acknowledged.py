"""What was sent on a transport and what became of it, from transport-wide feedback."""

from array import array

from media.worker.rtcp import TransportFeedback

WINDOW = 8192
"""Transport-wide numbers that are remembered; a power of two. Two seconds at 40 Mbit/s."""
RATE_OVER = 0.5
"""Seconds over which the bitrate that arrives is measured."""
_TICK = 1 / 4000
_STEPS = 20
"""Parts of that time, forgotten one by one."""
_STEPS_A_SECOND = _STEPS / RATE_OVER
_NOBODY = -1


class Acknowledged:
    """Two clocks meet here: packets are sent by ours and arrive by the receiver's."""

    def __init__(self) -> None:
        self.lost = 0
        self.told = 0
        """Packets told about for the first time, lost ones among them; whoever reads resets."""
        self._numbers = array("i", [_NOBODY]) * WINDOW
        self._sent = array("d", [0.0]) * WINDOW
        self._lengths = array("H", [0]) * WINDOW
        self._newest = 0
        self._covered = _NOBODY
        self._ticks: int | None = None
        self._rates = array("q", [0]) * _STEPS
        self._step = 0
        self._first_step = 0

    def sent(self, number: int, at: float, length: int) -> None:
        """`number` is the transport-wide one (16 bits)."""
        slot = number & WINDOW - 1
        self._numbers[slot] = number & 0xFFFF
        self._sent[slot] = at
        self._lengths[slot] = length
        self._newest = number

    def read(self, feedback: TransportFeedback) -> list[tuple[float, float, int]]:
        """When sent, when come and length of each packet that was not known to have come.

        What feedback tells twice is not given twice, and what was never sent not at all.
        """
        self._count_lost(feedback)
        numbers, times, lengths = self._numbers, self._sent, self._lengths
        found = []
        for number, ticks in feedback.arrivals:
            slot = number & WINDOW - 1
            if numbers[slot] == number:
                numbers[slot] = _NOBODY
                found.append((times[slot], self._seconds(ticks), lengths[slot]))
        self._count(found)
        return found

    def _count_lost(self, feedback: TransportFeedback) -> None:
        """A late packet was counted as lost: feedback that repeats numbers changes nothing.

        Only what was sent since is looked at, however much feedback claims to cover.
        """
        base = feedback.base
        ahead = (self._newest - base) & 0xFFFF
        if ahead >= WINDOW:
            return
        end = base + min(feedback.statuses, ahead + 1)
        if self._covered != _NOBODY:
            repeated = (self._covered + 1 - base) & 0xFFFF
            base += repeated if repeated < 0x8000 else 0
        if base >= end:
            return
        came = {number for number, _ in feedback.arrivals}
        numbers = [number & 0xFFFF for number in range(base, end)]
        unknown = [each for each in numbers if self._numbers[each & WINDOW - 1] == each]
        self.told += len(unknown)
        self.lost += sum(each not in came for each in unknown)
        self._covered = numbers[-1]

    def _seconds(self, ticks: int) -> float:
        if self._ticks is None:
            self._ticks = ticks
        moved = (ticks - self._ticks + 0x8000_0000 & 0xFFFF_FFFF) - 0x8000_0000
        self._ticks += moved
        return self._ticks * _TICK

    def _count(self, found: list[tuple[float, float, int]]) -> None:
        for _, came, length in found:
            step = int(came * _STEPS_A_SECOND)
            if step != self._step:
                if not self._first_step:
                    self._first_step = self._step = step
                if step <= self._step - _STEPS:
                    continue
                for skipped in range(self._step + 1, min(step, self._step + _STEPS) + 1):
                    self._rates[skipped % _STEPS] = 0
                self._step = max(step, self._step)
            self._rates[step % _STEPS] += length

    @property
    def bitrate(self) -> float:
        """Bit/s that arrived lately."""
        steps = min(_STEPS, self._step - self._first_step + 1)
        return 8 * sum(self._rates) * _STEPS_A_SECOND / steps
