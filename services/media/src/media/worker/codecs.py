"""What a forwarder has to know of video codecs: where key frames begin, and VP8's counters."""

from collections.abc import Callable, Mapping

Buffer = bytes | bytearray | memoryview


class Vp8Descriptor:
    """The payload descriptor of one VP8 packet at a time (RFC 7741 section 4.2).

    One object serves a whole track: each `read` replaces what the one before found.
    Offsets count from the start of the payload; -1 says that a field is not there.
    """

    __slots__ = (
        "begins",
        "key_frame",
        "layer",
        "length",
        "picture_at",
        "picture_bits",
        "picture_id",
        "switches",
        "tl0",
        "tl0_at",
    )

    def __init__(self) -> None:
        self.length = 0
        """Bytes of the descriptor: where the partition starts."""
        self.begins = False
        """Whether it is the first packet of a frame."""
        self.key_frame = False
        """Whether a key frame begins here."""
        self.picture_at = -1
        self.picture_bits = 0
        """7 or 15; 0 without a PictureID."""
        self.picture_id = -1
        self.tl0_at = -1
        self.tl0 = -1
        """TL0PICIDX."""
        self.layer = -1
        """Temporal layer, 0 the lowest."""
        self.switches = False
        """Whether a receiver may go up to this temporal layer here (the Y bit)."""

    def read(self, packet: Buffer, start: int, end: int) -> bool:
        """Look at the payload in `packet[start:end]`; False when it is no VP8."""
        self.picture_at = self.tl0_at = self.picture_id = self.tl0 = self.layer = -1
        self.picture_bits = 0
        self.begins = self.key_frame = self.switches = False
        if start >= end:
            return False
        first = packet[start]
        at = start + 1
        if first & 0x80:
            at = self._read_extension(packet, start, end)
        if not start < at < end:
            return False
        self.length = at - start
        self.begins = first & 0x17 == 0x10
        self.key_frame = self.begins and not packet[at] & 1
        return True

    def _read_extension(self, packet: Buffer, start: int, end: int) -> int:
        """Where the partition starts; 0 when the descriptor is cut off."""
        if start + 2 >= end:
            return 0
        has = packet[start + 1]
        at = start + 2
        if has & 0x80:
            long = packet[at] & 0x80
            if long and at + 1 >= end:
                return 0
            self.picture_at = at - start
            self.picture_bits = 15 if long else 7
            self.picture_id = (packet[at] & 0x7F) << 8 | packet[at + 1] if long else packet[at]
            at += 2 if long else 1
        if has & 0x40:
            if at >= end:
                return 0
            self.tl0_at, self.tl0 = at - start, packet[at]
            at += 1
        if has & 0x30:
            if at >= end:
                return 0
            if has & 0x20:
                self.layer = packet[at] >> 6
                self.switches = bool(packet[at] & 0x20)
            at += 1
        return at

    def rewrite(
        self, packet: bytearray | memoryview, start: int, picture_id: int, tl0: int
    ) -> None:
        """Put other counters into a copy whose payload begins at `start`.

        They are cut to the width that is there, and left out where there is none.
        """
        if self.picture_at >= 0:
            at = start + self.picture_at
            if self.picture_bits == 15:
                packet[at] = 0x80 | picture_id >> 8 & 0x7F
                packet[at + 1] = picture_id & 0xFF
            else:
                packet[at] = picture_id & 0x7F
        if self.tl0_at >= 0:
            packet[start + self.tl0_at] = tl0 & 0xFF


def _vp8(packet: Buffer, start: int, end: int) -> bool:
    """RFC 7741 section 4.3: the P bit of the first partition is 0 in a key frame."""
    descriptor = Vp8Descriptor()
    return descriptor.read(packet, start, end) and descriptor.key_frame


def _vp9(packet: Buffer, start: int, end: int) -> bool:
    """RFC 9628 section 4.2: a frame begins that nothing before it and no lower layer predicts."""
    if start >= end:
        return False
    first = packet[start]
    if first & 0x48 != 0x08:  # P is 0 and B is 1
        return False
    if not first & 0x20:
        return end - start > 1
    at = start + 1
    if first & 0x80:
        if at >= end:
            return False
        at += 2 if packet[at] & 0x80 else 1
    # SID is 0, and D: inter-layer prediction, is not used.
    return at < end and packet[at] & 0x0F == 0


_IDR, _SPS, _STAP_A, _FU_A = 5, 7, 24, 28


def _h264(packet: Buffer, start: int, end: int) -> bool:
    """RFC 6184: an IDR slice or a sequence parameter set, alone, aggregated or fragmented."""
    if start >= end:
        return False
    kind = packet[start] & 0x1F
    if kind == _FU_A:
        begins = end - start > 1 and packet[start + 1] & 0x80
        return bool(begins) and packet[start + 1] & 0x1F in {_IDR, _SPS}
    if kind != _STAP_A:
        return kind in {_IDR, _SPS}
    at = start + 1
    while at + 2 < end:
        if packet[at + 2] & 0x1F in {_IDR, _SPS}:
            return True
        at += 2 + (packet[at] << 8 | packet[at + 1])
    return False


def _av1(packet: Buffer, start: int, end: int) -> bool:
    """AV1's RTP specification, section 4.4: N is set on the first packet of a coded sequence."""
    return end - start > 1 and packet[start] & 0x88 == 0x08


KEY_FRAMES: Mapping[str, Callable[[Buffer, int, int], bool]] = {
    "vp8": _vp8,
    "vp9": _vp9,
    "h264": _h264,
    "av1": _av1,
}
"""By the codec's name in the SDP in lower case: whether a key frame begins in the payload
`packet[start:end]`, so that a receiver can start there. They raise nothing for any bytes.
"""
