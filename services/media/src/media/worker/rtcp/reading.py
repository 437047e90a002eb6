"""Compounds of RTCP taken apart, whoever sent them."""

from collections.abc import Callable, Iterator

from media.worker.rtcp import transport_wide
from media.worker.rtcp.forms import BLOCK, CNAME, HEADER, LOST, PAIR, SENDER, WORD
from media.worker.rtcp.packets import (
    AFB,
    BYE,
    FIR,
    NACK,
    PLI,
    PSFB,
    RR,
    RTPFB,
    SDES,
    SR,
    TWCC,
    Bye,
    Fir,
    Nack,
    Packet,
    Pli,
    ReceiverReport,
    Remb,
    ReportBlock,
    SenderReport,
    SourceDescription,
)

Buffer = bytes | bytearray | memoryview


def parse(compound: Buffer) -> list[Packet]:
    """What can be understood of a compound, in its order.

    Unknown and malformed packets are left out; nothing is raised for any bytes. The
    work and the result are bounded by the length.
    """
    view = memoryview(compound)
    found = (_packet(kind, form, body) for kind, form, body in _packets(view))
    return [packet for packet in found if packet is not None]


def _packets(view: memoryview) -> Iterator[tuple[int, int, memoryview]]:
    """Type, count or format, and body of each packet; it ends at the first broken header."""
    at = 0
    while at + 4 <= len(view):
        first, kind, words = HEADER.unpack_from(view, at)
        end = at + 4 + 4 * words
        if first >> 6 != 2 or end > len(view):
            return
        padding = view[end - 1] if first & 0x20 and words else 0
        if padding <= 4 * words:
            yield kind, first & 0x1F, view[at + 4 : end - padding]
        at = end


def _packet(kind: int, form: int, body: memoryview) -> Packet | None:
    read = _FEEDBACK.get((kind, form)) if kind in {RTPFB, PSFB} else _PLAIN.get(kind)
    return read(form, body) if read is not None else None


def _sender_report(count: int, body: memoryview) -> SenderReport | None:
    if len(body) < SENDER.size + count * BLOCK.size:
        return None
    ssrc, time, rtp, packets, octets = SENDER.unpack_from(body)
    reports = _blocks(count, body[SENDER.size :])
    return SenderReport(ssrc, time, rtp, packets, octets, reports)


def _receiver_report(count: int, body: memoryview) -> ReceiverReport | None:
    if len(body) < 4 + count * BLOCK.size:
        return None
    (ssrc,) = WORD.unpack_from(body)
    return ReceiverReport(ssrc, _blocks(count, body[4:]))


def _blocks(count: int, body: memoryview) -> tuple[ReportBlock, ...]:
    found = []
    for ssrc, fraction, lost, *rest in BLOCK.iter_unpack(body[: count * BLOCK.size]):
        found.append(ReportBlock(ssrc, fraction, int.from_bytes(lost, signed=True), *rest))
    return tuple(found)


def _source_description(count: int, body: memoryview) -> SourceDescription:
    names = []
    at = 0
    for _ in range(count):
        if at + 4 > len(body):
            break
        (ssrc,) = WORD.unpack_from(body, at)
        name, at = _items(body, at + 4)
        if name is not None:
            names.append((ssrc, name))
    return SourceDescription(tuple(names))


def _items(body: memoryview, at: int) -> tuple[str | None, int]:
    """The CNAME of one chunk, and where the next chunk begins."""
    name = None
    while at + 2 <= len(body) and body[at]:
        end = at + 2 + body[at + 1]
        if body[at] == CNAME and end <= len(body):
            name = bytes(body[at + 2 : end]).decode(errors="replace")
        at = end
    return name, at // 4 * 4 + 4  # at least one zero ends a chunk


def _bye(count: int, body: memoryview) -> Bye | None:
    if len(body) < 4 * count:
        return None
    return Bye(_words(body[: 4 * count]))


def _nack(_: int, body: memoryview) -> Nack | None:
    if len(body) < 12:
        return None
    lost = []
    whole = 8 + (len(body) - 8) // 4 * 4
    for first, others in LOST.iter_unpack(body[8:whole]):
        lost.append(first)
        lost += [(first + 1 + bit) & 0xFFFF for bit in range(16) if others >> bit & 1]
    sender, media = PAIR.unpack_from(body)
    return Nack(sender, media, tuple(lost))


def _pli(_: int, body: memoryview) -> Pli | None:
    return Pli(*PAIR.unpack_from(body)) if len(body) >= 8 else None


def _fir(_: int, body: memoryview) -> Fir | None:
    if len(body) < 16:
        return None
    whole = 8 + (len(body) - 8) // 8 * 8
    asked = tuple((ssrc, rest >> 24) for ssrc, rest in PAIR.iter_unpack(body[8:whole]))
    (sender,) = WORD.unpack_from(body)
    return Fir(sender, asked)


def _remb(_: int, body: memoryview) -> Remb | None:
    if len(body) < 16 or bytes(body[8:12]) != b"REMB":
        return None
    count = body[12]
    (sender,) = WORD.unpack_from(body)
    (rate,) = WORD.unpack_from(body, 12)
    bitrate = (rate & 0x3FFFF) << (rate >> 18 & 0x3F)
    if len(body) < 16 + 4 * count:
        return None
    return Remb(sender, bitrate, _words(body[16 : 16 + 4 * count]))


def _words(body: memoryview) -> tuple[int, ...]:
    return tuple(word for (word,) in WORD.iter_unpack(body))


_Read = Callable[[int, memoryview], Packet | None]

_PLAIN: dict[int, _Read] = {
    SR: _sender_report,
    RR: _receiver_report,
    SDES: _source_description,
    BYE: _bye,
}
_FEEDBACK: dict[tuple[int, int], _Read] = {
    (RTPFB, NACK): _nack,
    (RTPFB, TWCC): lambda _, body: transport_wide.read(body),
    (PSFB, PLI): _pli,
    (PSFB, FIR): _fir,
    (PSFB, AFB): _remb,
}
