"""One track on its way to one subscriber, under numbers of its own that never jump."""

import secrets
from struct import Struct
from time import monotonic

from media.worker.codecs import Vp8Descriptor
from media.worker.router import KEPT, Layer, Track
from media.worker.transport import Transport

TRANSPORT_CC = 1
"""Header extension id of the transport-wide number on all connections we offer."""
AUDIO_LEVEL = 2
"""Header extension id of the audio level (RFC 6464) on all connections we offer."""
SOONEST = 0.02
"""Seconds between two repetitions of a packet when the round trip is shorter."""

# 12 bytes of RTP, then the extensions of all connections we offer (RFC 8285, short form).
_video = Struct("!BBHIIIBHx").pack_into
_audio = Struct("!BBHIIIBHBBxxx").pack_into
_repair = Struct("!BBHIIIBHxH").pack_into
_ONE_WORD, _TWO_WORDS = 0xBEDE0001, 0xBEDE0002
_EXTENDED = 0x90
"""Version 2, with extensions, without padding and sources."""
_NUMBER = TRANSPORT_CC << 4 | 1
_LEVEL = AUDIO_LEVEL << 4
_VIDEO, _AUDIO, _REPAIR = 20, 24, 22
"""Bytes before the payload."""


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
        self.rtx_packets = 0
        self.rtx_octets = 0
        self.layer: Layer | None = None
        """What it gets now."""
        self.wanted: Layer | None = None
        """What it gets from the next key frame on, or already."""
        self._start = 0
        self._sequence_shift = secrets.randbelow(0x8000)
        self._timestamp_shift = 0
        self._picture_shift = self._tl0_shift = 0
        self._is_shifted = False
        """Whether VP8's counters have to be rewritten: only after a change of layers."""
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

    def wait(self) -> None:
        """Get nothing until the next key frame: the layer comes from another source now."""
        self._leave()
        if self.wanted is not None and self not in self.wanted.waiting:
            self.wanted.waiting.append(self)

    def ask(self) -> None:
        """Ask for a key frame of what the subscriber gets (it sent a PLI or FIR)."""
        if self.wanted is not None:
            self.track.ask(self.wanted, monotonic())

    def close(self) -> None:
        """Send nothing of this track any more.

        Its SSRCs must not be used again on this connection: what follows would be encrypted
        under numbers that were used before.
        """
        self.choose(None)
        if self in self.track.forwards:
            self.track.forwards.remove(self)
        self.transport.retire(self.ssrc)
        if self.rtx_ssrc:
            self.transport.retire(self.rtx_ssrc)

    def relay(self, index: int, second: int, timestamp: int, level: int, payload: bytes) -> None:
        """Send a packet on, if it is not older than the key frame this began with."""
        transport = self.transport
        if index < self._start or not transport.is_sending:
            return
        packet = transport.room()
        number = transport.number = transport.number + 1 & 0xFFFF
        sequence = index + self._sequence_shift & 0xFFFF
        time = timestamp + self._timestamp_shift & 0xFFFFFFFF
        octets = len(payload)
        if level < 0:
            end = _VIDEO + octets
            _video(
                packet, 0, _EXTENDED, second, sequence, time, self.ssrc, _ONE_WORD, _NUMBER, number
            )
            packet[_VIDEO:end] = payload
            if self._is_shifted and self.layer is not None:
                self._rewrite(self.layer.picture, packet, _VIDEO)
        else:
            end = _AUDIO + octets
            # fmt: off - one line for each of the three parts
            _audio(
                packet,
                0,
                _EXTENDED,
                second,
                sequence,
                time,
                self.ssrc,
                _TWO_WORDS,
                _NUMBER,
                number,
                _LEVEL,
                level,
            )
            # fmt: on
            packet[_AUDIO:end] = payload
        transport.queue(end)
        self.packets += 1
        self.octets += octets

    def repeat(self, sequence: int, *, round_trip: float = 0.0) -> bool:
        """Send a packet once more as RTX (RFC 4588), if it is still remembered.

        Not within a round trip (seconds) of the last repetition.
        """
        layer = self.layer
        if layer is None:
            return False
        index = layer.newest - (layer.newest + self._sequence_shift - sequence & 0xFFFF)
        now = monotonic()
        if now - self._repeated.get(index, 0.0) < max(round_trip, SOONEST):
            return False
        if len(self._repeated) >= KEPT:
            self._repeated.clear()
        self._repeated[index] = now
        return self._send_again(layer, index) > 0

    def probe(self) -> int:
        """Send the newest packet once more, to try whether the connection carries more.

        Returns the bytes sent: 0 where nothing can be repeated.
        """
        return self._send_again(self.layer, self.layer.newest) if self.layer is not None else 0

    def _send_again(self, layer: Layer, index: int) -> int:
        """RTX has an SSRC and numbers of its own that only go forward, so that nothing is
        encrypted twice under the same number: AES-GCM would give its key away.
        """
        transport = self.transport
        kept = layer.kept(index) if index >= self._start else None
        if kept is None or not self.rtx_ssrc or not transport.is_sending:
            return 0
        second, timestamp, payload = kept
        packet = transport.room()
        number = transport.number = transport.number + 1 & 0xFFFF
        sequence = self._rtx_sequence = self._rtx_sequence + 1 & 0xFFFF
        # fmt: off - one line for each of the three parts
        _repair(
            packet,
            0,
            _EXTENDED,
            second,
            sequence,
            timestamp + self._timestamp_shift & 0xFFFFFFFF,
            self.rtx_ssrc,
            _ONE_WORD,
            _NUMBER,
            number,
            index + self._sequence_shift & 0xFFFF,
        )
        # fmt: on
        end = _REPAIR + len(payload)
        packet[_REPAIR:end] = payload
        picture = Vp8Descriptor()
        if self._is_shifted and picture.read(payload, 0, len(payload)):
            self._rewrite(picture, packet, _REPAIR)
        transport.engine.now = monotonic()
        transport.queue(end)
        transport.engine.flush_soon()
        self.rtx_packets += 1
        self.rtx_octets += len(payload) + 2
        return end

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
        self._is_shifted = bool(self._picture_shift or self._tl0_shift)

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
