"""What a client offers when it sends and answers when it gets: SDP as browsers write it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bench.media.leg import Leg, Remote

AUDIO, VIDEO, RTX = 111, 96, 97
"""Payload types of what is sent."""

LEVEL = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
MID = "urn:ietf:params:rtp-hdrext:sdes:mid"
TWCC = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
EXTENSIONS = {LEVEL: 1, TWCC: 3, MID: 4}
"""Ids of header extensions of what is sent."""

_AUDIO = f"""\
a=rtpmap:{AUDIO} opus/48000/2
a=rtcp-fb:{AUDIO} transport-cc
a=fmtp:{AUDIO} minptime=10;useinbandfec=1
a=extmap:{EXTENSIONS[LEVEL]} {LEVEL}"""
_VIDEO = f"""\
a=rtpmap:{VIDEO} VP8/90000
a=rtcp-fb:{VIDEO} goog-remb
a=rtcp-fb:{VIDEO} transport-cc
a=rtcp-fb:{VIDEO} ccm fir
a=rtcp-fb:{VIDEO} nack
a=rtcp-fb:{VIDEO} nack pli
a=rtpmap:{RTX} rtx/90000
a=fmtp:{RTX} apt={VIDEO}"""


@dataclass(frozen=True, slots=True)
class Sources:
    """SSRCs of what a peer sends."""

    audio: int
    video: int
    rtx: int


@dataclass(frozen=True, slots=True)
class Offered:
    """A server's end of a connection on which it sends."""

    remote: Remote
    sources: tuple[int, ...]
    """SSRC of each track, without those of retransmissions."""
    twcc: int | None
    """Id of the header extension that numbers packets of the whole connection."""


def offer(leg: Leg, sources: Sources, name: str) -> str:
    """One microphone and one camera."""
    lines = [*_top(["0", "1"])]
    for mid, media, formats, codecs in (
        ("0", "audio", f"{AUDIO}", _AUDIO),
        ("1", "video", f"{VIDEO} {RTX}", _VIDEO),
    ):
        lines += [f"m={media} 9 UDP/TLS/RTP/SAVPF {formats}", *_ours(leg, "actpass")]
        lines += [f"a=mid:{mid}", "a=sendonly", f"a=msid:{name} {name}-{media}", "a=rtcp-mux"]
        lines += ["a=rtcp-rsize", *codecs.splitlines()]
        lines += [f"a=extmap:{EXTENSIONS[TWCC]} {TWCC}", f"a=extmap:{EXTENSIONS[MID]} {MID}"]
        ssrcs = (sources.audio,) if media == "audio" else (sources.video, sources.rtx)
        if media == "video":
            lines.append(f"a=ssrc-group:FID {sources.video} {sources.rtx}")
        for ssrc in ssrcs:
            lines += [f"a=ssrc:{ssrc} cname:{name}", f"a=ssrc:{ssrc} msid:{name} {name}-{media}"]
    return _joined(lines)


def answer(leg: Leg, offered: str) -> str:
    """Take everything that is offered, as it is offered."""
    _, *sections = _sections(offered)
    mids = [_value(section, "mid") for section in sections]
    lines = [*_top(mids)]
    for section, mid in zip(sections, mids, strict=True):
        lines += [section[0], *_ours(leg, "active"), f"a=mid:{mid}", "a=recvonly", "a=rtcp-mux"]
        lines += [each for each in section if each.startswith(_TAKEN) and _may_be(each, leg)]
    return _joined(lines)


def _may_be(line: str, leg: Leg) -> bool:
    return leg.tells_arrivals or not line.endswith((TWCC, " transport-cc"))


def remote(description: str, *, has_offered: bool = False) -> Remote:
    """The server's end; all sections share it."""
    top, section, *_ = _sections(description)
    said = [*section, *top]
    found = re.search(r"udp \d+ (\S+) (\d+) typ host", _value(said, "candidate"), re.IGNORECASE)
    assert found is not None
    algorithm, _, fingerprint = _value(said, "fingerprint").partition(" ")
    return Remote(
        address=(found[1], int(found[2])),
        ufrag=_value(said, "ice-ufrag"),
        pwd=_value(said, "ice-pwd"),
        fingerprints=((algorithm, fingerprint),),
        is_active=_value(said, "setup") == "active",
        is_controlling=has_offered and "a=ice-lite" not in top,
    )


def offered(description: str) -> Offered:
    """What a server wants to send."""
    _, *sections = _sections(description)
    sources = tuple(
        int(_value(section, "ssrc").partition(" ")[0])
        for section in sections
        if any(line.startswith("a=ssrc:") for line in section)
    )
    extensions = re.findall(r"a=extmap:(\d+)(?:/\w+)? (\S+)", description)
    ids = {int(number) for number, uri in extensions if uri == TWCC}
    return Offered(remote(description, has_offered=True), sources, next(iter(ids), None))


_TAKEN = ("a=rtpmap:", "a=rtcp-fb:", "a=fmtp:", "a=extmap:", "a=rtcp-rsize")


def _top(mids: Iterable[str]) -> Iterator[str]:
    yield from ("v=0", "o=- 4711 2 IN IP4 127.0.0.1", "s=-", "t=0 0")
    yield f"a=group:BUNDLE {' '.join(mids)}"
    yield from ("a=extmap-allow-mixed", "a=msid-semantic: WMS *")


def _ours(leg: Leg, setup: str) -> Iterator[str]:
    yield "c=IN IP4 0.0.0.0"
    yield "a=rtcp:9 IN IP4 0.0.0.0"
    yield f"a=candidate:1 1 udp {126 << 24 | 65535 << 8 | 255} {leg.address} {leg.port} typ host"
    yield "a=end-of-candidates"
    yield f"a=ice-ufrag:{leg.ufrag}"
    yield f"a=ice-pwd:{leg.pwd}"
    yield f"a=fingerprint:sha-256 {leg.fingerprint}"
    yield f"a=setup:{setup}"


def _sections(description: str) -> list[list[str]]:
    """The lines above all sections, then those of each."""
    found: list[list[str]] = [[]]
    for line in description.splitlines():
        if line.startswith("m="):
            found.append([])
        found[-1].append(line.strip())
    return found


def _value(lines: Iterable[str], name: str) -> str:
    """What the first line of that name says."""
    start = f"a={name}:"
    return next(line.removeprefix(start) for line in lines if line.startswith(start))


def _joined(lines: Iterable[str]) -> str:
    return "".join(f"{line}\r\n" for line in lines)
