"""What comes to one peer: counted by source, timed by samples, and answered with RTCP."""

import struct
from array import array
from typing import Final

from bench.media import reports
from bench.media.datagrams import SIZE, Batch, ffi
from bench.media.descriptions import Offered
from bench.media.leg import Leg
from bench.media.packets import STAMP
from pylibsrtp._binding import lib

SAMPLED: Final = 8
"""One of so many packets is decrypted, to check that it can be and when it was sent."""

_HEADER: Final = struct.Struct("!BBHII")
_EXTENSION: Final = struct.Struct("!HH")
_CONTROL: Final = range(192, 224)
"""Second bytes of RTCP (RFC 5761)."""


class Subscriber:
    """One leg on which packets come."""

    def __init__(self, leg: Leg, offered: Offered) -> None:
        self.counts = dict.fromkeys(offered.sources, 0)
        """Packets of each source that came, by SSRC."""
        self.numbers = dict.fromkeys(offered.sources, 0)
        """The last sequence number of each."""
        self.delays = array("d")
        """Seconds from sending until the kernel had it for us, of each sample."""
        self.others = 0
        """RTP of sources that were not signaled as media: retransmissions, probes."""
        self.unreadable = 0
        """Samples that could not be decrypted."""
        self._descriptor = leg.socket.fileno()
        self._receiving, self._sending = leg.receiving, leg.sending
        self._length = ffi.new("int *")
        self._control = Batch(1)
        self._twcc = offered.twcc if leg.tells_arrivals else None
        self._feedback = reports.Feedback()
        self._places: dict[int, int] = {}

    @property
    def received(self) -> int:
        return sum(self.counts.values())

    def forget(self) -> None:
        """Begin to measure."""
        self.counts = dict.fromkeys(self.counts, 0)
        self.delays = array("d")
        self.others = self.unreadable = 0

    def take(self, batch: Batch) -> None:
        """Everything that has come, through a batch that others use too."""
        while taken := batch.receive(self._descriptor):
            self._look(batch, taken)
            if taken < batch.count:
                return

    def _look(self, batch: Batch, taken: int) -> None:
        content, counts = batch.bytes, self.counts
        for slot in range(taken):
            start = slot * SIZE
            _, kind, number, _, ssrc = _HEADER.unpack_from(content, start)
            if kind in _CONTROL:
                continue
            arrival = batch.arrivals[slot]
            at = arrival.seconds * 1_000_000_000 + arrival.nanoseconds
            if self._twcc is not None:
                self._note(content, start, ssrc, at)
            if ssrc not in counts:
                self.others += 1
                continue
            counts[ssrc] += 1
            self.numbers[ssrc] = number
            if number % SAMPLED == 0:
                self._sample(batch, slot, at)

    def _sample(self, batch: Batch, slot: int, at: int) -> None:
        start, length = slot * SIZE, batch.messages[slot].msg_len
        self._length[0] = length
        if lib.srtp_unprotect(self._receiving, batch.start + start, self._length):
            self.unreadable += 1
            return
        [sent] = STAMP.unpack_from(batch.bytes, start + self._length[0] - STAMP.size)
        self.delays.append((at - sent) / 1e9)

    def _note(self, content: memoryview, start: int, ssrc: int, at: int) -> None:
        """Remember the packet's transport-wide number; where it stands is the same each time."""
        place = self._places.get(ssrc, 0)
        if not place or content[start + place - 1] >> 4 != self._twcc:
            place = self._places[ssrc] = _place(content, start, self._twcc)
        if place:
            number = content[start + place] << 8 | content[start + place + 1]
            self._feedback.came.append((number, at))

    def feed_back(self) -> None:
        """Tell when packets came, if the server asked for it."""
        if packet := self._feedback.packet(next(iter(self.counts))):
            self._send(packet)

    def report(self) -> None:
        """Once a second: nothing is missing."""
        self._send(reports.receiver_report(self.numbers))

    def _send(self, packet: bytes) -> None:
        self._control.bytes[: len(packet)] = packet
        self._length[0] = len(packet)
        assert not lib.srtp_protect_rtcp(self._sending, self._control.start, self._length)
        self._control.send(self._descriptor, [self._length[0]])


def _place(content: memoryview, start: int, wanted: int | None) -> int:
    """Where the value of a header extension begins in a packet; 0 if it has none (RFC 8285)."""
    if not content[start] & 0x10:
        return 0
    place = 12 + 4 * (content[start] & 0x0F)
    profile, words = _EXTENSION.unpack_from(content, start + place)
    place, end = place + 4, place + 4 + 4 * words
    while profile == 0xBEDE and place < end:
        head = content[start + place]
        if head >> 4 == wanted:
            return place + 1
        place += 2 + (head & 0x0F) if head else 1
    return 0
