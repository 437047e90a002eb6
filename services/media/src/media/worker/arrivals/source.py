"""How one RTP stream comes: order, loss, jitter, bitrate (RFC 3550 sections 6.4 and A)."""

from array import array

from media.worker.arrivals.gaps import Gaps
from media.worker.rtcp import ReportBlock, middle

WINDOW = 1024
"""Sequence numbers around the newest that count as the same run; a power of two."""
SMOOTHING = 0.5
"""Share of the newest measurement in the bitrate."""


class Source:
    """One SSRC of a publisher."""

    def __init__(self, ssrc: int, *, clock: int, repeats: bool) -> None:
        """`clock` is the RTP clock in Hz; `repeats` whether missing packets can be asked for."""
        self.ssrc = ssrc
        self.gaps = Gaps() if repeats else None
        self.packets = 0
        self.octets = 0
        """Of whole packets."""
        self.highest = -1
        """Extended sequence number; the first packet's is in the second cycle of 65536."""
        self._clock = clock
        self._first = 0
        self._restart = -1
        self._seen = array("q", [-1]) * WINDOW
        self._transit = 0
        self._jitter = 0.0
        self._sr = 0
        self._sr_at = 0.0
        self._reported = 0, 0
        self._measured: tuple[float, int] | None = None
        self._bitrate = 0.0

    def note(self, sequence: int, timestamp: int, at: float, length: int) -> bool:
        """A packet came at `at` seconds; False when it must not be forwarded.

        It must not when it was there already, or comes so late that this cannot be told.
        """
        highest = self.highest
        step = (sequence - highest) & 0xFFFF
        if 0 < step < WINDOW and highest >= 0:
            number = highest + step
            if step > 1 and self.gaps is not None:
                self.gaps.open(highest + 1, number, at)
            self.highest = number
            self._seen[number & WINDOW - 1] = number
        elif not self._out_of_order(sequence, step):
            return False
        self.packets += 1
        self.octets += length
        transit = (int(at * self._clock) - timestamp) & 0xFFFF_FFFF
        if self.packets > 1:
            # The timestamp wraps: the difference is the shorter way around.
            moved = abs((transit - self._transit + 0x8000_0000 & 0xFFFF_FFFF) - 0x8000_0000)
            self._jitter += (moved - self._jitter) / 16
        self._transit = transit
        return True

    def _out_of_order(self, sequence: int, step: int) -> bool:
        """A late packet, or the first of another run; False for what is to be dropped."""
        if self.highest >= 0 and (step == 0 or step > 0x10000 - WINDOW):
            return self.recovered(sequence)
        if self.highest >= 0 and sequence != self._restart:
            # RFC 3550 section A.1: two in sequence make a new run, one may be a stray.
            self._restart = (sequence + 1) & 0xFFFF
            return False
        self._begin(sequence)
        return True

    def _begin(self, sequence: int) -> None:
        if self.gaps is not None:
            self.gaps.close_before(self.highest + 1)
        self._seen = array("q", [-1]) * WINDOW
        self._restart = -1
        self.highest = self._first = sequence + 0x10000
        self._seen[self.highest & WINDOW - 1] = self.highest
        self.packets = 0
        self._reported = 0, 0

    def recovered(self, sequence: int) -> bool:
        """A packet came out of order or by RTX; False when it was there already or is too old.

        RTX is not counted as received: reports are about what the network lost.
        """
        back = (self.highest - sequence) & 0xFFFF
        number = self.highest - back
        if back >= WINDOW or self._seen[number & WINDOW - 1] == number:
            return False
        self._seen[number & WINDOW - 1] = number
        if self.gaps is not None:
            self.gaps.close(number)
        return True

    def missing(self, now: float, *, round_trip: float) -> tuple[int, ...]:
        """Sequence numbers to ask for now, in their order; to be asked for every 20 ms."""
        if not self.gaps:
            return ()
        due = sorted(self.gaps.due(now, round_trip=round_trip))
        return tuple(number & 0xFFFF for number in due)

    def sender_report(self, ntp: int, at: float) -> None:
        """An SR of this source came; reports echo it."""
        self._sr, self._sr_at = middle(ntp), at

    def report(self, now: float) -> ReportBlock | None:
        """For an SR or RR; the fraction lost is since the report before. None before a packet."""
        if self.highest < 0:
            return None
        expected = self.highest - self._first + 1
        was_expected, was_received = self._reported
        self._reported = expected, self.packets
        interval = expected - was_expected
        lost = interval - (self.packets - was_received)
        fraction = min(255, (lost << 8) // interval) if interval and lost > 0 else 0
        return ReportBlock(
            self.ssrc,
            fraction,
            expected - self.packets,
            self.highest & 0xFFFF_FFFF,
            int(self._jitter),
            self._sr,
            int((now - self._sr_at) * 65536) & 0xFFFF_FFFF if self._sr else 0,
        )

    def bitrate(self, now: float) -> float:
        """Bit/s, smoothed over the calls; one per layers decision, not more often than 100 ms."""
        if self._measured is None:
            self._measured = now, self.octets
            return 0.0
        since, octets = self._measured
        if now - since < 0.1:
            return self._bitrate
        measured = 8 * (self.octets - octets) / (now - since)
        self._measured = now, self.octets
        share = SMOOTHING if self._bitrate else 1.0
        self._bitrate += share * (measured - self._bitrate)
        return self._bitrate
