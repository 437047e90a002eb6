"""One track on its way to one subscriber, under numbers of its own that never jump."""

import secrets
from struct import Struct
from time import monotonic

from media.worker.codecs import Vp8Descriptor
from media.worker.router import Layer, Track
from media.worker.transport import Transport

TRANSPORT_CC = 1
"""Header extension id of the transport-wide number on all connections we offer."""
AUDIO_LEVEL = 2
"""Header extension id of the audio level (RFC 6464) on all connections we offer."""
SOONEST = 0.02
"""Seconds between two repetitions of a packet when the round trip is shorter."""

_video = Struct("!BBHIIHHBHx").pack_into
_audio = Struct("!BBHIIHHBHBBxxx").pack_into
_repair = Struct("!BBHIIHHBHxH").pack_into
_NUMBER = TRANSPORT_CC << 4 | 1
_LEVEL = AUDIO_LEVEL << 4


class Forward:
    """One track to one subscriber; it begins paused."""

    def __init__(self, track: Track, transport: Transport, *, ssrc: int, rtx_ssrc: int = 0) -> None:
        self.track = track
        self.transport = transport
        self.ssrc = ssrc
        self.rtx_ssrc = rtx_ssrc
        self.packets = 0
        self.octets = 0
        """Of payload, for the SR."""
        self.layer: Layer | None = None
        """What it gets now."""
        self.wanted: Layer | None = None
        """What it gets from the next key frame on, or already."""
        self._start = 0
        self._sequence_shift = secrets.randbelow(0x8000)
        self._timestamp_shift = 0
        self._picture_shift = self._tl0_shift = 0
        self._left: tuple[int, int, int, int, float, float | None] | None = None
        self._rtx_sequence = secrets.randbelow(0x8000)
        self._repeated: dict[int, float] = {}
        track.forwards.append(self)

    def choose(self, layer: int | None) -> None:
        """Want a layer, by its place in `Track.layers`, from its next key frame on.

        Until then what came before goes on. None pauses at once.
        """
        wanted = None if layer is None else self.track.layers[layer]
        if wanted is self.wanted:
            return
        if self.wanted is not None and self in self.wanted.waiting:
            self.wanted.waiting.remove(self)
        self.wanted = wanted
        if wanted is None:
            self._leave()
        elif wanted is not self.layer:
            wanted.waiting.append(self)
            self.track.ask(wanted, monotonic())

    def follow(self, track: Track) -> None:
        """Carry another track in place of the one before; paused until one of its layers is chosen.

        Numbers and times go on, so that a receiver takes both for the same source.
        """
        self.choose(None)
        if self in self.track.forwards:
            self.track.forwards.remove(self)
        self.track = track
        track.forwards.append(self)

    def ask(self) -> None:
        """Ask for a key frame of what the subscriber gets (it sent a PLI or FIR)."""
        if self.wanted is not None:
            self.track.ask(self.wanted, monotonic())

    def close(self) -> None:
        """Send nothing of this track any more."""
        self.choose(None)
        if self in self.track.forwards:
            self.track.forwards.remove(self)
        self.transport.forget(self.ssrc)
        if self.rtx_ssrc:
            self.transport.forget(self.rtx_ssrc)

    def relay(self, index: int, second: int, timestamp: int, level: int, payload: bytes) -> None:
        """Send a packet on, if it is not older than the key frame this began with."""
        transport = self.transport
        if index < self._start or not transport.is_sending:
            return
        packet = transport.room()
        number = transport.number = transport.number + 1 & 0xFFFF
        sequence = index + self._sequence_shift & 0xFFFF
        timestamp = timestamp + self._timestamp_shift & 0xFFFFFFFF
        octets = len(payload)
        if level < 0:
            _video(
                packet, 0, 0x90, second, sequence, timestamp, self.ssrc, 0xBEDE, 1, _NUMBER, number
            )
            packet[20 : 20 + octets] = payload
            if self._picture_shift or self._tl0_shift:
                self._rewrite(self.layer.picture, packet, 20)
            transport.queue(20 + octets)
        else:
            _audio(
                packet,
                0,
                0x90,
                second,
                sequence,
                timestamp,
                self.ssrc,
                0xBEDE,
                2,
                _NUMBER,
                number,
                _LEVEL,
                level,
            )
            packet[24 : 24 + octets] = payload
            transport.queue(24 + octets)
        self.packets += 1
        self.octets += octets

    def repeat(self, sequence: int, rtx_payload_type: int, *, round_trip: float = 0.0) -> bool:
        """Send a packet once more as RTX (RFC 4588), if it is still remembered.

        Not within a round trip (seconds) of the last repetition. RTX has an SSRC and numbers
        of its own, so that nothing is encrypted twice under the same number.
        """
        layer = self.layer
        if layer is None or not self.rtx_ssrc or not self.transport.is_sending:
            return False
        index = layer.newest - (layer.newest + self._sequence_shift - sequence & 0xFFFF)
        kept = layer.kept(index) if index >= self._start else None
        now = monotonic()
        if kept is None or now - self._repeated.get(index, 0.0) < max(round_trip, SOONEST):
            return False
        if len(self._repeated) >= 512:
            self._repeated.clear()
        self._repeated[index] = now
        self._send_again(sequence, kept, rtx_payload_type)
        return True

    def pad(self, rtx_payload_type: int) -> int:
        """Send the newest packet once more, to fill the line; returns its octets, 0 for none."""
        layer = self.layer
        if layer is None or not self.rtx_ssrc or not self.transport.is_sending:
            return 0
        kept = layer.kept(layer.newest) if layer.newest >= self._start else None
        if kept is None:
            return 0
        return self._send_again(
            layer.newest + self._sequence_shift & 0xFFFF, kept, rtx_payload_type
        )

    def _send_again(
        self, sequence: int, kept: tuple[int, int, bytes], rtx_payload_type: int
    ) -> int:
        second, timestamp, payload = kept
        self._rtx_sequence = self._rtx_sequence + 1 & 0xFFFF
        transport = self.transport
        packet = transport.room()
        number = transport.number = transport.number + 1 & 0xFFFF
        _repair(
            packet,
            0,
            0x90,
            second & 0x80 | rtx_payload_type,
            self._rtx_sequence,
            timestamp + self._timestamp_shift & 0xFFFFFFFF,
            self.rtx_ssrc,
            0xBEDE,
            1,
            _NUMBER,
            number,
            sequence,
        )
        packet[22 : 22 + len(payload)] = payload
        if self._picture_shift or self._tl0_shift:
            picture = Vp8Descriptor()
            if picture.read(payload, 0, len(payload)):
                self._rewrite(picture, packet, 22)
        transport.queue(22 + len(payload))
        transport.engine.flush_soon()
        return 22 + len(payload)

    def report(self, at: float) -> tuple[float, int] | None:
        """The publisher's NTP time in seconds and our RTP timestamp now, for the SR.

        None before the publisher's own SR came, or while paused.
        """
        layer = self.layer
        if layer is None or layer.reported is None:
            return None
        ntp, timestamp, came_at = layer.reported
        ticks = int((at - came_at) * self.track.clock_rate)
        return ntp + at - came_at, timestamp + ticks + self._timestamp_shift & 0xFFFFFFFF

    def enter(self, layer: Layer, index: int, timestamp: int, at: float) -> None:
        """Get a layer from this packet on, which begins a key frame."""
        self._leave()
        layer.forwards.append(self)
        self.layer = layer
        self._start = index
        self._repeated.clear()
        if self._left is None:
            return
        sequence, left_timestamp, picture_id, tl0, left_at, left_time = self._left
        self._sequence_shift = sequence + 1 - index
        time = layer.time_of(timestamp)
        elapsed = at - left_at
        if time is not None and left_time is not None and abs(time - left_time - elapsed) < 1:
            elapsed = time - left_time
        ticks = int(max(elapsed, 0.001) * self.track.clock_rate)
        self._timestamp_shift = left_timestamp + ticks - timestamp
        picture = layer.picture
        self._picture_shift = picture_id + 1 - picture.picture_id if picture_id >= 0 else 0
        self._tl0_shift = tl0 + 1 - picture.tl0 if tl0 >= 0 else 0

    def _leave(self) -> None:
        layer = self.layer
        if layer is None:
            return
        layer.forwards = [each for each in layer.forwards if each is not self]
        self.layer = None
        self._left = (
            layer.newest + self._sequence_shift,
            layer.newest_timestamp + self._timestamp_shift,
            layer.picture_id + self._picture_shift if layer.picture_id >= 0 else -1,
            layer.tl0 + self._tl0_shift if layer.tl0 >= 0 else -1,
            layer.newest_at,
            layer.time_of(layer.newest_timestamp),
        )

    def _rewrite(self, picture: Vp8Descriptor, packet: memoryview, start: int) -> None:
        picture.rewrite(
            packet, start, picture.picture_id + self._picture_shift, picture.tl0 + self._tl0_shift
        )
