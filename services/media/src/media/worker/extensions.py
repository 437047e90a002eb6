"""Header extensions of RTP packets (RFC 8285)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Extensions:
    """Header extension ids (RFC 8285) that a publisher's connection negotiated; 0 is none."""

    mid: int = 0
    rid: int = 0
    repaired_rid: int = 0
    transport_cc: int = 0
    audio_level: int = 0


def elements(packet: memoryview, start: int, stop: int) -> list[tuple[int, int, int]]:
    """Id, place and size of each element of a header extension (RFC 8285), both forms.

    `start` is where the extension's own header begins, `stop` where the payload begins.
    """
    found = []
    short = packet[start] == 0xBE
    at = start + 4
    while at < stop:
        ident = packet[at]
        if ident == 0:
            at += 1
            continue
        if short:
            size = (ident & 0x0F) + 1
            ident >>= 4
            at += 1
            if ident == 15:
                break
        else:
            size = packet[at + 1] if at + 1 < stop else 0
            at += 2
        if at + size > stop:
            break
        found.append((ident, at, size))
        at += size
    return found
