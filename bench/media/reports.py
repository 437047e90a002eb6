"""RTCP that clients send: reports (RFC 3550), REMB, and feedback on every packet (TWCC)."""

import struct
import time
from typing import Final

OWN: Final = 1
"""The SSRC of clients that send no media."""

_NTP: Final = 2_208_988_800
_REMB_BITRATE: Final = (0x3FFFF, 10)
"""Mantissa and exponent: 268 Mbit/s, which is never the limit."""
_TICK: Final = 250_000
"""Nanoseconds in which TWCC tells times of arrival."""
_REFERENCE: Final = 256
"""Ticks in which it tells what they are relative to."""
_LOST, _SMALL, _LARGE = range(3)


def sender_report(ssrc: int, rtp_time: int, packets: int, octets: int) -> bytes:
    """With the name that RFC 3550 wants in every compound."""
    seconds = time.time() + _NTP
    head = struct.pack("!BBHI", 0x80, 200, 6, ssrc)
    ntp = struct.pack("!II", int(seconds), int(seconds % 1 * 2**32))
    sent = struct.pack("!III", rtp_time, packets & 0xFFFFFFFF, octets & 0xFFFFFFFF)
    return head + ntp + sent + _name(ssrc)


def receiver_report(numbers: dict[int, int]) -> bytes:
    """Nothing lost of these sources, by the last sequence number of each; and a REMB."""
    some = list(numbers.items())[:31]
    head = struct.pack("!BBHI", 0x80 | len(some), 201, 1 + 6 * len(some), OWN)
    blocks = b"".join(struct.pack("!IIIIII", ssrc, 0, last, 0, 0, 0) for ssrc, last in some)
    return head + blocks + _name(OWN) + _estimate([ssrc for ssrc, _ in some])


def _name(ssrc: int) -> bytes:
    return struct.pack("!BBHIBB", 0x81, 202, 3, ssrc, 1, 4) + b"load" + bytes(2)


def _estimate(ssrcs: list[int]) -> bytes:
    mantissa, exponent = _REMB_BITRATE
    head = struct.pack("!BBHII", 0x8F, 206, 4 + len(ssrcs), OWN, 0)
    most = len(ssrcs) << 24 | exponent << 18 | mantissa
    return head + b"REMB" + struct.pack(f"!I{len(ssrcs)}I", most, *ssrcs)


class Feedback:
    """Collects when numbered packets came, and tells it in transport-wide feedback.

    As draft-holmer-rmcat-transport-wide-cc-extensions-01 has it; runs of one kind only,
    since on a good network hardly anything else happens.
    """

    def __init__(self) -> None:
        self.came: list[tuple[int, int]] = []
        """Number and time (ns) of each packet since the last feedback."""
        self._count = 0

    def packet(self, media_ssrc: int) -> bytes | None:
        """About everything since the last one; None when nothing came."""
        if not self.came:
            return None
        first = self.came[0][0]
        # Numbers start again after 65,535, and a later one may have come before.
        came = sorted(((number - first + 0x8000) & 0xFFFF, at // _TICK) for number, at in self.came)
        self.came = []
        base = (came[0][0] + first - 0x8000) & 0xFFFF
        reference = came[0][1] // _REFERENCE
        kinds, deltas = _told(came, reference * _REFERENCE)
        body = struct.pack("!HH", base, sum(length for _, length in kinds))
        body += struct.pack("!I", (reference & 0xFFFFFF) << 8 | self._count)
        body += b"".join(struct.pack("!H", kind << 13 | length) for kind, length in kinds)
        body += bytes(deltas)
        padding = -len(body) % 4
        body += bytes(padding - 1) + bytes([padding]) if padding else b""
        self._count = (self._count + 1) & 0xFF
        first_byte = 0x8F | (0x20 if padding else 0)
        length = 2 + len(body) // 4
        return struct.pack("!BBHII", first_byte, 205, length, OWN, media_ssrc) + body


def _told(came: list[tuple[int, int]], last: int) -> tuple[list[tuple[int, int]], bytearray]:
    """Runs of kinds with their lengths, and the times between packets."""
    runs: list[tuple[int, int]] = []
    deltas = bytearray()
    kind = length = 0
    expected = came[0][0]
    for number, at in came:
        delta = at - last
        now = _SMALL if 0 <= delta <= 255 else _LARGE
        if number != expected:
            runs += [(kind, length), (_LOST, number - expected)]
            length = 0
        elif now != kind and length:
            runs.append((kind, length))
            length = 0
        kind, length, expected, last = now, length + 1, number + 1, at
        if now == _SMALL:
            deltas.append(delta)
        else:
            deltas += struct.pack("!h", max(-32768, min(32767, delta)))
    return [*runs, (kind, length)], deltas
