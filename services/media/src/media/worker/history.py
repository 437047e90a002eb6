"""What was sent of a forwarded video track, for those who did not get it (RFC 4588)."""

from array import array
from struct import Struct

Buffer = bytes | bytearray | memoryview

PACKETS = 512
"""Sent packets that are remembered: 2 to 5 seconds of a camera. A power of two."""
OCTETS = 256 << 10
"""Of all of them: a second at 2 Mbit/s. What is lost longer is not worth repeating."""
SOONEST = 0.02
"""Seconds between two repetitions of a packet when the round trip is shorter."""

_HEADER = Struct("!BBHII")
_NUMBER = Struct("!H")


class History:
    """The newest packets of one SSRC, and the RTX stream that repeats them.

    RTX has an SSRC and numbers of its own that only go forward, so that nothing is ever
    encrypted under an (SSRC, number) that other bytes had: AES-GCM would give its key away.
    """

    def __init__(self, *, rtx_ssrc: int, rtx_payload_type: int, first: int = 0) -> None:
        """`first` is the sequence number of the first RTX packet."""
        self.rtx_ssrc = rtx_ssrc
        self.rtx_payload_type = rtx_payload_type
        """May change with the codec that is forwarded."""
        self.packets = 0
        """RTX packets made, for the SR."""
        self.octets = 0
        """Of their payload."""
        self._next = first & 0xFFFF
        self._newest = -1
        self._ring = bytearray(OCTETS)
        self._view = memoryview(self._ring)
        # Offsets count all bytes ever written, so that what was overwritten can be told.
        self._written = 0
        self._sequences = array("i", [-1]) * PACKETS
        self._offsets = array("q", [0]) * PACKETS
        self._lengths = array("H", [0]) * PACKETS
        self._repeated = array("d", [float("-inf")]) * PACKETS

    def keep(self, sequence: int, packet: Buffer, length: int) -> bool:
        """Remember `packet[:length]`, as it is before encryption.

        False when this number was sent already: then it must not be sent again.
        """
        slot = sequence & PACKETS - 1
        if self._sequences[slot] == sequence or length > OCTETS:
            return False
        at = self._written % OCTETS
        if at + length > OCTETS:
            self._written += OCTETS - at
            at = 0
        self._view[at : at + length] = packet[:length]
        self._sequences[slot] = sequence
        self._offsets[slot] = self._written
        self._lengths[slot] = length
        self._repeated[slot] = float("-inf")
        self._written += length
        self._newest = sequence
        return True

    def repeat(self, sequence: int, *, now: float, round_trip: float) -> bytearray | None:
        """The RTX packet for a number the receiver misses, or None.

        None when it is not remembered, or was repeated less than a round trip ago. The
        header is that of the packet with its extensions: a transport-wide number in it
        has to be replaced by a new one before it is sent.
        """
        slot = sequence & PACKETS - 1
        packet = self._find(sequence)
        if packet is None or now - self._repeated[slot] < max(round_trip, SOONEST):
            return None
        self._repeated[slot] = now
        return self._wrapped(packet)

    def probe(self) -> bytearray | None:
        """The newest packet once more, to fill the line when it is tried for more."""
        packet = self._find(self._newest)
        return self._wrapped(packet) if packet is not None else None

    def _find(self, sequence: int) -> memoryview | None:
        slot = sequence & PACKETS - 1
        if sequence < 0 or self._sequences[slot] != sequence:
            return None
        offset = self._offsets[slot]
        if self._written - offset > OCTETS:
            return None
        at = offset % OCTETS
        return self._view[at : at + self._lengths[slot]]

    def _wrapped(self, packet: memoryview) -> bytearray | None:
        end = _header_length(packet)
        if end > len(packet):
            return None
        first, second, sequence, timestamp, _ = _HEADER.unpack_from(packet)
        rtx = bytearray(len(packet) + 2)
        rtx[:end] = packet[:end]
        rtx[end + 2 :] = packet[end:]
        marked = second & 0x80 | self.rtx_payload_type
        _HEADER.pack_into(rtx, 0, first, marked, self._next, timestamp, self.rtx_ssrc)
        _NUMBER.pack_into(rtx, end, sequence)
        self._next = self._next + 1 & 0xFFFF
        self.packets += 1
        self.octets += len(rtx) - end
        return rtx


def _header_length(packet: memoryview) -> int:
    """With sources and extensions (RFC 3550 section 5); more than there is when cut off."""
    if len(packet) < 12:
        return 12
    length = 12 + 4 * (packet[0] & 0x0F)
    if packet[0] & 0x10:
        if length + 4 > len(packet):
            return length + 4
        length += 4 + 4 * (packet[length + 2] << 8 | packet[length + 3])
    return length
