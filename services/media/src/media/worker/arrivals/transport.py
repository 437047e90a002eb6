"""When the packets of one transport came, for the congestion control of who sends them."""

from array import array

from media.worker.rtcp import TransportFeedback

WINDOW = 2048
"""Transport-wide numbers that are remembered; a power of two."""
MOST_ARRIVALS = 300
"""In one feedback packet: it stays below 1300 bytes even if all deltas are large."""
LATE = 0.5
"""Seconds after the packets around it within which a late one is told about still."""
_TICKS = 4000
"""Units of feedback in a second."""
_LONGEST_DELTA = 0x7FFF
_ABSENT = -1.0


class Arrivals:
    """Notes every packet of a transport, RTX and padding too, and tells the sender about it.

    A packet that comes after its number was told about is told about in the next
    feedback, together with those after it, as libwebrtc does.
    """

    def __init__(self, ssrc: int) -> None:
        """`ssrc` is the worker's own, which feedback carries as its sender."""
        self._ssrc = ssrc
        self._media_ssrc = 0
        self._count = 0
        # Numbers are extended to count on over 65535.
        self._newest = -1
        self._from = 0
        """The first number that was not told about."""
        self._times = array("d", [_ABSENT]) * WINDOW

    def note(self, number: int, at: float, ssrc: int) -> None:
        """A packet with this transport-wide number (16 bits) came at `at` seconds."""
        newest = self._newest
        step = (number - newest) & 0xFFFF
        self._media_ssrc = ssrc
        if 0 < step < WINDOW and newest >= 0:
            for skipped in range(newest + 1, newest + step):
                self._times[skipped & WINDOW - 1] = _ABSENT
            self._newest = newest + step
            self._times[self._newest & WINDOW - 1] = at
        elif step and newest >= 0 and step > 0x10000 - WINDOW:
            self._note_late(newest + step - 0x10000, at)
        elif step:
            self._restart(number, at)

    def _note_late(self, number: int, at: float) -> None:
        slot = number & WINDOW - 1
        if number < 0 or self._times[slot] != _ABSENT:
            return
        self._times[slot] = at
        after = number + 1
        while self._times[after & WINDOW - 1] == _ABSENT:
            after += 1
        if number < self._from and at - self._times[after & WINDOW - 1] < LATE:
            self._from = number

    def _restart(self, number: int, at: float) -> None:
        """The sender counts from elsewhere, or so much is lost that nothing is to be said."""
        self._times = array("d", [_ABSENT]) * WINDOW
        # A whole cycle ahead, so that packets before the first have a number too.
        self._newest = self._from = number + 0x10000
        self._times[self._newest & WINDOW - 1] = at

    def feedback(self) -> list[TransportFeedback]:
        """Everything since the last time, in order; to be asked for every 50 to 100 ms.

        Nothing when nothing came. More than one when one cannot hold it.
        """
        told = []
        while self._from <= self._newest:
            start = max(self._from, self._newest - WINDOW + 1)
            arrivals, self._from = self._arrivals(start)
            told.append(self._told(start, arrivals))
        return told

    def _arrivals(self, start: int) -> tuple[list[tuple[int, int]], int]:
        """Numbers and times that fit into one packet, and the number after them."""
        found: list[tuple[int, int]] = []
        for number in range(start, self._newest + 1):
            at = self._times[number & WINDOW - 1]
            if at == _ABSENT:
                continue
            time = int(at * _TICKS)
            apart = abs(time - found[-1][1]) if found else 0
            if apart > _LONGEST_DELTA or len(found) == MOST_ARRIVALS:
                return found, number
            found.append((number, time))
        return found, self._newest + 1

    def _told(self, start: int, arrivals: list[tuple[int, int]]) -> TransportFeedback:
        count = self._count
        self._count = count + 1 & 0xFF
        return TransportFeedback(
            self._ssrc,
            self._media_ssrc,
            count,
            start & 0xFFFF,
            self._from - start,
            tuple((number & 0xFFFF, time & 0xFFFF_FFFF) for number, time in arrivals),
        )
