"""RTCP packets as they travel."""

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
    TransportFeedback,
)


def build(*packets: Packet) -> bytes:
    """Exactly these packets, in their order.

    Where they do not begin with an SR or RR this is reduced size (RFC 5506): send it
    only when `a=rtcp-rsize` was negotiated, and `compound` otherwise.
    """
    return b"".join(map(_packet, packets))


def compound(*packets: Packet, ssrc: int, cname: str) -> bytes:
    """These packets as RFC 3550 section 6.1 wants them: a report first, then a CNAME.

    Whichever of both is missing is added, in the name of `ssrc`.
    """
    reports = [each for each in packets if isinstance(each, SenderReport | ReceiverReport)]
    others = [each for each in packets if not isinstance(each, SenderReport | ReceiverReport)]
    if not any(isinstance(each, SourceDescription) for each in others):
        others.insert(0, SourceDescription(((ssrc, cname),)))
    return build(*(reports or [ReceiverReport(ssrc)]), *others)


def _packet(packet: Packet) -> bytes:  # noqa: PLR0911 - one line for each type
    match packet:
        case SenderReport(ssrc, time, rtp, packets, octets, reports):
            sender = SENDER.pack(ssrc, time, rtp, packets & 0xFFFF_FFFF, octets & 0xFFFF_FFFF)
            return _framed(SR, len(reports), sender + _blocks(reports))
        case ReceiverReport(ssrc, reports):
            return _framed(RR, len(reports), WORD.pack(ssrc) + _blocks(reports))
        case SourceDescription(names):
            return _framed(SDES, len(names), b"".join(_chunk(*name) for name in names))
        case Bye(ssrcs):
            return _framed(BYE, len(ssrcs), _words(ssrcs))
        case Nack(sender, media, lost):
            return _framed(RTPFB, NACK, PAIR.pack(sender, media) + _lost(lost))
        case Pli(sender, media):
            return _framed(PSFB, PLI, PAIR.pack(sender, media))
        case Fir(sender, requests):
            asked = b"".join(PAIR.pack(ssrc, number << 24) for ssrc, number in requests)
            return _framed(PSFB, FIR, PAIR.pack(sender, 0) + asked)
        case Remb(sender, bitrate, ssrcs):
            exponent = max(0, bitrate.bit_length() - 18)
            rate = len(ssrcs) << 24 | exponent << 18 | bitrate >> exponent
            limit = PAIR.pack(sender, 0) + b"REMB" + WORD.pack(rate)
            return _framed(PSFB, AFB, limit + _words(ssrcs))
        case TransportFeedback():
            return _framed(RTPFB, TWCC, transport_wide.write(packet))


def _framed(kind: int, form: int, body: bytes) -> bytes:
    return HEADER.pack(0x80 | form, kind, len(body) // 4) + body


def _blocks(reports: tuple[ReportBlock, ...]) -> bytes:
    return b"".join(
        BLOCK.pack(
            each.ssrc,
            each.fraction_lost,
            min(max(each.packets_lost, -0x80_0000), 0x7F_FFFF).to_bytes(3, signed=True),
            each.highest_sequence & 0xFFFF_FFFF,
            each.jitter & 0xFFFF_FFFF,
            each.last_report,
            each.delay & 0xFFFF_FFFF,
        )
        for each in reports
    )


def _chunk(ssrc: int, cname: str) -> bytes:
    name = cname.encode()[:255]
    item = bytes((CNAME, len(name))) + name
    # Ended by at least one zero, then filled to a whole word.
    return WORD.pack(ssrc) + item + bytes(4 - len(item) % 4)


def _lost(lost: tuple[int, ...]) -> bytes:
    """Numbers and which of the 16 after each are lost too (RFC 4585 section 6.2.1)."""
    packed = bytearray()
    at = 0
    while at < len(lost):
        first, others = lost[at], 0
        at += 1
        while at < len(lost) and 0 < (lost[at] - first & 0xFFFF) <= 16:
            others |= 1 << (lost[at] - first & 0xFFFF) - 1
            at += 1
        packed += LOST.pack(first, others)
    return bytes(packed)


def _words(words: tuple[int, ...]) -> bytes:
    return b"".join(map(WORD.pack, words))
