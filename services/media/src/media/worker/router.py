"""From one publisher to those who want it: what arrives, by source, and where it goes."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from struct import Struct
from typing import TYPE_CHECKING

from media.worker.codecs import KEY_FRAMES, Vp8Descriptor
from media.worker.extensions import Extensions, elements

if TYPE_CHECKING:
    from media.worker.forward import Forward

__all__ = ["Codec", "Extensions", "Layer", "Track"]

KEPT = 512
"""Newest packets of a layer that are remembered, for RTX and against duplicates."""
MOST_PAYLOAD = 1500
"""Bytes of payload that are forwarded; no network carries more in one datagram."""
KEY_FRAMES_APART = 0.3
"""Seconds between two requests for a key frame of one track."""
NO_LEVEL = 127
"""The audio level of silence (RFC 6464), for packets that say none."""

_header = Struct("!BBHII").unpack_from


@dataclass(frozen=True, slots=True)
class Codec:
    """A codec as subscribers get it: the same payload types on all connections we offer."""

    name: str
    """As in `rtpmap`, in lower case."""
    clock_rate: int
    """Hz."""
    payload_type: int
    rtx_payload_type: int = 0
    """0: not repeated (audio)."""


def _nothing(*_: object) -> None:
    """Stand where nobody listens yet."""


class Layer:
    """One encoding of a track: its packets, numbered without wrapping round."""

    def __init__(self, track: "Track", rid: str) -> None:
        self.track = track
        self.rid = rid
        self.ssrc = 0
        """0 until its source is known."""
        self.forwards: list[Forward] = []
        """Who gets its packets now."""
        self.waiting: list[Forward] = []
        """Who gets them from its next key frame on."""
        self.newest = -1
        """Index of the newest packet; -1 before the first."""
        self.newest_timestamp = 0
        self.newest_at = 0.0
        self.picture_id = self.tl0 = -1
        """VP8's counters of the newest packet; -1 where it has none."""
        self.packets = 0
        self.octets = 0
        """Of payload, counted also while nobody gets them: bitrates are made of it."""
        self.bitrate = 0.0
        """Bit/s, as whoever measures it says; 0 while it is not sent."""
        self.reported: tuple[float, int, float] | None = None
        """The newest SR: NTP seconds, RTP timestamp, and when it came."""
        self.picture = Vp8Descriptor()
        """Of the packet that is being forwarded, if it is VP8."""
        self._raw = -1
        self._skipped: deque[int] = deque()
        self._skips = 0
        self._indexes = [-1] * KEPT
        self._kept: list[tuple[int, int, int, bytes]] = [(-1, 0, 0, b"")] * KEPT

    def take(  # noqa: PLR0913, PLR0917 - the hot path: parsed once, passed as it is
        self,
        codec: Codec,
        marker: int,
        sequence: int,
        timestamp: int,
        level: int,
        payload: memoryview,
        at: float,
    ) -> None:
        """Take a packet that was parsed; `marker` is its bit where the header has it."""
        index = self._unwrap(sequence, padding=not payload)
        slot = index % KEPT
        if index < 0 or self._indexes[slot] >= index:
            return  # a duplicate, or later than anybody would wait
        self._indexes[slot] = index
        octets = len(payload)
        self.packets += 1
        self.octets += octets
        newest = index > self.newest
        if newest:
            self.newest, self.newest_timestamp, self.newest_at = index, timestamp, at
        if not (self.forwards or self.waiting) or octets > MOST_PAYLOAD:
            return
        copy = bytes(payload)
        second = marker | codec.payload_type
        if codec.rtx_payload_type:
            self._kept[slot] = (index, marker | codec.rtx_payload_type, timestamp, copy)
            if codec.name == "vp8":
                picture = self.picture
                picture.read(copy, 0, octets)
                if newest:
                    self.picture_id, self.tl0 = picture.picture_id, picture.tl0
            elif self.picture_id >= 0 or self.tl0 >= 0:
                self.picture_id = self.tl0 = -1
                self.picture.read(copy, 0, 0)  # nothing of VP8 is to be rewritten in it
        if self.waiting:
            self._admit(codec, index, timestamp, copy, at)
        for forward in self.forwards:
            forward.relay(index, second, timestamp, level, copy)

    def begin(self, ssrc: int) -> None:
        """Come from this source; whoever got another goes on with its next key frame."""
        if self.ssrc and self.ssrc != ssrc:
            for forward in [*self.forwards]:
                forward.wait()
            self._raw = -1
            self._skipped.clear()
            self.reported = None
        self.ssrc = ssrc

    def kept(self, index: int) -> tuple[int, int, bytes] | None:
        """What repeats a recent packet of a video: second header byte, timestamp, payload."""
        found, second, timestamp, payload = self._kept[index % KEPT]
        return (second, timestamp, payload) if found == index else None

    def time_of(self, timestamp: int) -> float | None:
        """The publisher's NTP time in seconds at an RTP timestamp, once an SR said it."""
        if self.reported is None:
            return None
        ntp, reference, _ = self.reported
        ticks = (timestamp - reference + 0x80000000 & 0xFFFFFFFF) - 0x80000000
        return ntp + ticks / self.track.clock_rate

    def _unwrap(self, sequence: int, *, padding: bool) -> int:
        """The packet's index, in which packets of only padding are not counted; -1 for those."""
        raw = self._raw
        if raw < 0:
            raw = self._raw = sequence + 0x10000
            if self.newest >= 0:  # another source: its packets come after those before
                self._skips = raw - self.newest - KEPT
        else:
            ahead = sequence - raw & 0xFFFF
            if ahead < 0x8000:
                raw = self._raw = raw + ahead
            else:
                raw += ahead - 0x10000
        if padding:
            if raw == self._raw and raw not in self._skipped:
                self._skipped.append(raw)
                self._skips += 1
                while self._skipped[0] < raw - KEPT:
                    self._skipped.popleft()
            return -1
        if raw == self._raw or not self._skipped:
            return raw - self._skips
        return raw - self._skips + sum(skipped > raw for skipped in self._skipped)

    def _admit(self, codec: Codec, index: int, timestamp: int, payload: bytes, at: float) -> None:
        begins = KEY_FRAMES.get(codec.name)
        if begins is not None and not begins(payload, 0, len(payload)):
            self.track.ask(self, at)
            return
        waiting, self.waiting = self.waiting, []
        for forward in waiting:
            forward.enter(self, index, timestamp, at)


class Track:
    """One source of one publisher: audio, or one video with up to three layers."""

    def __init__(
        self,
        codecs: Mapping[int, Codec],
        extensions: Extensions,
        *,
        clock_rate: int,
        rtx: Mapping[int, int] | None = None,
        rids: Iterable[str] = ("",),
    ) -> None:
        """Describe what the publisher's section negotiated.

        Args:
            codecs: By the publisher's payload type.
            extensions: Ids on the publisher's connection.
            clock_rate: Hz, of all its codecs.
            rtx: The publisher's payload types for RTX, and what each repeats (`apt`).
            rids: Of the layers, low to high; one empty one without simulcast.
        """
        self.clock_rate = clock_rate
        self.layers = [Layer(self, rid) for rid in rids]
        """Low to high."""
        self.forwards: list[Forward] = []
        """To everybody who may get it, paused or not."""
        self.on_key_frame_wanted: Callable[[int], None] = _nothing
        """Called with the SSRC to ask for a key frame, at most once in 300 ms."""
        self.on_arrival: Callable[[int, int, int, int, int, float], None] = _nothing
        """Called for each packet, also RTX and padding: SSRC, sequence number, timestamp,
        transport-wide number (-1 without one), length, time of arrival."""
        self.on_repair: Callable[[int, int], None] = _nothing
        """Called for each RTX packet: the SSRC and sequence number of what it repeats."""
        self.on_level: Callable[[int, float], None] = _nothing
        """Called for each audio packet: the byte of RFC 6464, time of arrival."""
        self._codecs = dict(codecs)
        self._rtx = dict(rtx or {})
        self._extensions = extensions
        self._sources: dict[int, Layer] = {}
        self._repairs: dict[int, Layer] = {}
        self._asked_at = float("-inf")

    def adopt(self, ssrc: int, rid: str = "", *, repairs: bool = False) -> bool:
        """Say which layer a source is, or repeats; False when there is no such layer.

        A layer has one of each: the one before comes no more, or anybody could make up
        sources without end.
        """
        layer = next((each for each in self.layers if each.rid == rid), None)
        if layer is None:
            return False
        known = self._repairs if repairs else self._sources
        for before in [each for each, its in known.items() if its is layer]:
            del known[before]
        known[ssrc] = layer
        if not repairs:
            layer.begin(ssrc)
        return True

    def repeats(self, payload_type: int) -> bool:
        """Whether packets with the publisher's payload type are retransmissions."""
        return payload_type in self._rtx

    @property
    def sources(self) -> list[int]:
        """All SSRCs it has, those of RTX included."""
        return [*self._sources, *self._repairs]

    def take(self, packet: memoryview, length: int, at: float) -> None:
        """Forward one decrypted packet of this track; whatever is wrong with it, nothing raises."""
        first, second, sequence, timestamp, ssrc = _header(packet)
        start = 12 + 4 * (first & 0x0F)
        number = level = -1
        if first & 0x10:
            stop = start + 4 + 4 * (packet[start + 2] << 8 | packet[start + 3])
            if stop <= length:
                number, level = self._read_extensions(packet, start, stop)
            start = stop
        end = length - packet[length - 1] if first & 0x20 else length
        self.on_arrival(ssrc, sequence, timestamp, number, length, at)
        layer = self._sources.get(ssrc)
        payload_type = second & 0x7F
        if layer is None:
            layer = self._repairs.get(ssrc)
            if layer is None or end - start < 3:
                return
            sequence = packet[start] << 8 | packet[start + 1]
            start += 2
            payload_type = self._rtx.get(payload_type, -1)
            self.on_repair(layer.ssrc, sequence)
        codec = self._codecs.get(payload_type)
        if codec is None or start > length:
            return
        if not codec.rtx_payload_type:
            level = level if level >= 0 else NO_LEVEL
            self.on_level(level, at)
        payload = packet[start:end] if start < end else packet[:0]
        layer.take(codec, second & 0x80, sequence, timestamp, level, payload, at)

    def ask(self, layer: Layer, at: float) -> None:
        """Ask the publisher for a key frame of a layer, unless one was asked for just now."""
        if layer.ssrc and at - self._asked_at >= KEY_FRAMES_APART:
            self._asked_at = at
            self.on_key_frame_wanted(layer.ssrc)

    def _read_extensions(self, packet: memoryview, start: int, stop: int) -> tuple[int, int]:
        """Transport-wide number and audio level; -1 for what is not there."""
        numbered, leveled = self._extensions.transport_cc, self._extensions.audio_level
        number = level = -1
        for ident, at, size in elements(packet, start, stop):
            if ident == numbered and size == 2:
                number = packet[at] << 8 | packet[at + 1]
            elif ident == leveled and size:
                level = packet[at]
        return number, level
