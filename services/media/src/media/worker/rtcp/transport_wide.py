"""Transport-wide feedback packed and unpacked (draft-holmer-rmcat-transport-wide-cc-extensions-01).

Its chunks tell of each number whether the packet came, its deltas when.
"""

from collections.abc import Iterator, Sequence
from itertools import chain
from struct import Struct

from media.worker.rtcp.packets import TransportFeedback

Buffer = bytes | bytearray | memoryview

_HEADER = Struct("!IIHHI")
_CHUNK = Struct("!H")
_LARGE_DELTA = Struct("!h")

_ABSENT, _SMALL, _LARGE = 0, 1, 2
"""Symbols: not received, and received with a delta of one or two bytes."""
_LONGEST_RUN = 0x1FFF


def read(body: memoryview) -> TransportFeedback | None:
    """Feedback without its RTCP header; None when it is malformed."""
    if len(body) < _HEADER.size:
        return None
    sender, media, base, statuses, rest = _HEADER.unpack_from(body)
    symbols, at = _chunks(body, statuses)
    if symbols is None:
        return None
    arrivals = _deltas(body[at:], symbols, base=base, time=(rest >> 8) << 8)
    if arrivals is None:
        return None
    return TransportFeedback(sender, media, rest & 0xFF, base, statuses, arrivals)


def _chunks(body: memoryview, statuses: int) -> tuple[list[tuple[int, int]] | None, int]:
    """Symbols with how often they follow each other, and where the deltas begin."""
    found: list[tuple[int, int]] = []
    at, left = _HEADER.size, statuses
    while left > 0:
        if at + 2 > len(body):
            return None, at
        (chunk,) = _CHUNK.unpack_from(body, at)
        at += 2
        if not chunk & 0x8000:
            run = min(chunk & _LONGEST_RUN, left)
            found.append((chunk >> 13, run))
            left -= run
            continue
        width, count = (2, 7) if chunk & 0x4000 else (1, 14)
        shifts = range(14 - width, -1, -width)[:left]
        found.extend((chunk >> shift & (1 << width) - 1, 1) for shift in shifts)
        left -= min(count, left)
    return found, at


def _deltas(
    body: memoryview, symbols: list[tuple[int, int]], *, base: int, time: int
) -> tuple[tuple[int, int], ...] | None:
    arrivals = []
    number = base
    at = 0
    for symbol, run in symbols:
        if symbol == _ABSENT:
            number += run
            continue
        # Checked before the loop: what somebody claims must not cost more than it weighs.
        if symbol > _LARGE or at + symbol * run > len(body):
            return None
        for _ in range(run):
            time += body[at] if symbol == _SMALL else _LARGE_DELTA.unpack_from(body, at)[0]
            arrivals.append((number & 0xFFFF, time & 0xFFFF_FFFF))
            at += symbol
            number += 1
    return tuple(arrivals)


def write(feedback: TransportFeedback) -> bytes:
    """Feedback without its RTCP header, padded with zeros to whole words.

    Arrivals that follow each other differ by less than 8 seconds (15 bits).
    """
    time = feedback.arrivals[0][1] >> 8 << 8 if feedback.arrivals else 0
    reference = time >> 8
    symbols = bytearray(feedback.statuses)
    deltas = bytearray()
    for number, at in feedback.arrivals:
        delta = (at - time + 0x8000_0000 & 0xFFFF_FFFF) - 0x8000_0000
        time = at
        small = 0 <= delta <= 0xFF
        symbols[number - feedback.base & 0xFFFF] = _SMALL if small else _LARGE
        deltas += delta.to_bytes(1) if small else _LARGE_DELTA.pack(delta)
    header = _HEADER.pack(
        feedback.sender_ssrc,
        feedback.media_ssrc,
        feedback.base,
        feedback.statuses,
        reference << 8 | feedback.count,
    )
    body = b"".join(chain([header], map(_CHUNK.pack, _packed(symbols)), [bytes(deltas)]))
    return body + bytes(-len(body) % 4)


def _packed(symbols: Sequence[int]) -> Iterator[int]:
    """Chunks for symbols: a run where it says more than a vector does."""
    at, end = 0, len(symbols)
    while at < end:
        run = _run(symbols, at)
        if run >= 14 or at + run == end or (run >= 7 and symbols[at] == _LARGE):
            yield symbols[at] << 13 | run
            at += run
        elif _LARGE in symbols[at : at + 14]:
            yield 0xC000 | _vector(symbols[at : at + 7], width=2)
            at += 7
        else:
            yield 0x8000 | _vector(symbols[at : at + 14], width=1)
            at += 14


def _run(symbols: Sequence[int], at: int) -> int:
    end = min(len(symbols), at + _LONGEST_RUN)
    last = at + 1
    while last < end and symbols[last] == symbols[at]:
        last += 1
    return last - at


def _vector(symbols: Sequence[int], *, width: int) -> int:
    packed = 0
    for index, symbol in enumerate(symbols):
        packed |= symbol << 14 - width * (index + 1)
    return packed
