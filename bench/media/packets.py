"""What a browser sends: RTP of a microphone and a camera, made beforehand, numbered when sent."""

import os
import random
import struct
import time
from typing import Final

from bench.media.datagrams import SIZE, Batch, ffi
from bench.media.descriptions import AUDIO, EXTENSIONS, LEVEL, MID, TWCC, VIDEO, Sources
from bench.media.leg import Leg
from bench.media.reports import sender_report
from pylibsrtp._binding import lib

AUDIO_EVERY: Final = 1 / 50
FRAME_EVERY: Final = 4 / 110
"""Seconds between two pictures."""
IN_A_FRAME: Final = 4
"""Packets of a picture, sent together as a browser's pacer does in one burst."""
KEY_FRAME_EVERY: Final = 27
"""Pictures, or one second: nobody waits longer for one, asked for or not."""

STAMP: Final = struct.Struct("!q")
"""The last bytes of every packet: when it was sent, in nanoseconds."""

_AUDIO_SIZES: Final = (80, 120)
_VIDEO_SIZES: Final = (1000, 1100)
"""Bytes of a packet before it is encrypted, at least and at most."""
_KEPT: Final = 64
"""Different packets of each kind."""
_PAYLOAD: Final = 24
"""Bytes of the header and its extensions, before the payload."""
_HEADER: Final = struct.Struct("!BBHII")
_NUMBER: Final = struct.Struct("!H")
_TWCC_AT: Final = {AUDIO: 19, VIDEO: 17}
_PICTURE_AT: Final = _PAYLOAD + 2
_FRAME_AT: Final = _PAYLOAD + 6
_DELTA: Final = 1
"""The bit of a VP8 frame that a key frame lacks (RFC 6386, 9.1)."""


class Track:
    """One source, and where it is in its numbers."""

    def __init__(self, ssrc: int, payload_type: int, packets: list[bytes]) -> None:
        self.ssrc = ssrc
        self.payload_type = payload_type
        self.packets = packets
        self.number = random.getrandbits(15)
        self.time = random.getrandbits(31)
        """The RTP clock."""
        self.sent = self.octets = 0


class Publisher:
    """Everything one peer sends over its leg; packets are encrypted where they stand."""

    def __init__(self, leg: Leg, sources: Sources) -> None:
        self.audio = Track(sources.audio, AUDIO, [_audio() for _ in range(_KEPT)])
        self.video = Track(sources.video, VIDEO, [_video(n) for n in range(_KEPT)])
        self.refused = 0
        """Packets the kernel did not take."""
        self._descriptor = leg.socket.fileno()
        self._context = leg.sending
        self._batch = Batch(IN_A_FRAME)
        self._length = ffi.new("int *")
        self._transport_number = self._picture = self._part = 0

    @property
    def sent(self) -> int:
        return self.audio.sent + self.video.sent

    def send_sound(self) -> None:
        """20 ms of it in one packet."""
        self.audio.time = (self.audio.time + 960) & 0xFFFFFFFF
        packet = self.audio.packets[self.audio.number % _KEPT]
        self._place(0, self.audio, packet, last=False)
        self._send([self._protected(0, len(packet))])

    def send_picture(self) -> None:
        """One frame, in packets that are sent together."""
        self._next_picture()
        self._send([self._part_of_picture(slot, part=slot) for slot in range(IN_A_FRAME)])

    def send_part_of_picture(self) -> None:
        """The next packet of a frame, for packets at an even pace."""
        self._part = (self._part + 1) % IN_A_FRAME
        if self._part == 0:
            self._next_picture()
        self._send([self._part_of_picture(0, part=self._part)])

    def take(self, batch: Batch) -> None:
        """What the server tells about what it got: read, and not acted upon."""
        while batch.receive(self._descriptor) == batch.count:
            pass

    def report(self) -> None:
        """Once a second, for each source."""
        for track in (self.audio, self.video):
            self._control(sender_report(track.ssrc, track.time, track.sent, track.octets))

    def _control(self, packet: bytes) -> None:
        self._batch.bytes[: len(packet)] = packet
        self._length[0] = len(packet)
        assert not lib.srtp_protect_rtcp(self._context, self._batch.start, self._length)
        self._batch.send(self._descriptor, [self._length[0]])

    def _send(self, lengths: list[int]) -> None:
        self.refused += len(lengths) - self._batch.send(self._descriptor, lengths)

    def _next_picture(self) -> None:
        self.video.time = (self.video.time + int(90_000 * FRAME_EVERY)) & 0xFFFFFFFF
        self._picture = (self._picture + 1) & 0x7FFF

    def _part_of_picture(self, slot: int, *, part: int) -> int:
        packet = self.video.packets[(self._picture * IN_A_FRAME + part) % _KEPT]
        start, content = slot * SIZE, self._batch.bytes
        self._place(slot, self.video, packet, last=part == IN_A_FRAME - 1)
        _NUMBER.pack_into(content, start + _PICTURE_AT, 0x8000 | self._picture)
        if part == 0:
            content[start + _FRAME_AT] = _DELTA if self._picture % KEY_FRAME_EVERY else 0
        return self._protected(slot, len(packet))

    def _place(self, slot: int, track: Track, packet: bytes, *, last: bool) -> None:
        """Write a packet into the batch, as the track's next one."""
        start, content, kind = slot * SIZE, self._batch.bytes, track.payload_type
        length = len(packet)
        content[start : start + length] = packet
        number = track.number = (track.number + 1) & 0xFFFF
        self._transport_number = (self._transport_number + 1) & 0xFFFF
        _HEADER.pack_into(content, start, 0x90, last << 7 | kind, number, track.time, track.ssrc)
        _NUMBER.pack_into(content, start + _TWCC_AT[kind], self._transport_number)
        STAMP.pack_into(content, start + length - STAMP.size, time.time_ns())
        track.sent += 1
        track.octets += length - 12

    def _protected(self, slot: int, length: int) -> int:
        """Encrypt what stands there; returns how long it is then."""
        self._length[0] = length
        assert not lib.srtp_protect(self._context, self._batch.start + slot * SIZE, self._length)
        return int(self._length[0])


def _audio() -> bytes:
    extensions = bytes(
        (
            *(EXTENSIONS[LEVEL] << 4, random.randrange(128, 160)),
            *(EXTENSIONS[TWCC] << 4 | 1, 0, 0),
            *(EXTENSIONS[MID] << 4, ord("0")),
            0,
        )
    )
    return _packet(extensions, b"\x78", _AUDIO_SIZES)


def _video(place: int) -> bytes:
    """A packet of VP8 with temporal layers; `place` tells which of the frame's it is."""
    extensions = bytes(
        (
            *(EXTENSIONS[TWCC] << 4 | 1, 0, 0),
            *(EXTENSIONS[MID] << 4, ord("1")),
            *(0, 0, 0),
        )
    )
    begins = place % IN_A_FRAME == 0
    # X, S; I, L, T; PictureID of 15 bits, TL0PICIDX, TID (RFC 7741, 4.2).
    descriptor = bytes((0x90 if begins else 0x80, 0xE0, 0x80, 0, 0, 0x20))
    frame = bytes((0, 0x50, 0, 0x9D, 0x01, 0x2A, 0x80, 2, 0x68, 1)) if begins else b""
    return _packet(extensions, descriptor + frame, _VIDEO_SIZES)


def _packet(extensions: bytes, payload: bytes, sizes: tuple[int, int]) -> bytes:
    head = bytes(12) + struct.pack("!HH", 0xBEDE, len(extensions) // 4) + extensions
    assert len(head) == _PAYLOAD
    return head + payload + os.urandom(random.randint(*sizes) - len(head + payload))
