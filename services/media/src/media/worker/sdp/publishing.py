"""The connection on which a peer sends: reads its offer, writes our answer."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from common.forwarding import Kind
from media.worker.sdp import grammar
from media.worker.sdp.formats import Codec, taken_codecs, taken_extensions
from media.worker.sdp.grammar import BadDescription, Remote, Section
from media.worker.sdp.local import Local, joined, session_lines

_LAYERS = "lmh"
"""Rids from low to high; others count as low to high in the order in which they are offered."""
_RID = re.compile(r"[A-Za-z0-9]{1,16}", re.ASCII)
_REPAIRED = re.compile(r"FID (\d{1,10}) (\d{1,10})", re.ASCII)
_HIGHEST = 0xFFFF_FFFF
_KINDS: Mapping[str, tuple[Kind, ...]] = {"audio": ("audio",), "video": ("camera", "screen")}


@dataclass(frozen=True, slots=True)
class Source:
    """An SSRC whose packets are a track's, and that of their retransmissions."""

    ssrc: int
    rtx: int | None


@dataclass(frozen=True, slots=True)
class Sent:
    """A media section of a publisher: something it sends, or may send later."""

    kind: Kind
    mid: str
    is_sending: bool
    codecs: tuple[Codec, ...]
    """At least one; the first is what is sent."""
    extensions: Mapping[str, int]
    rids: tuple[str, ...]
    """Its simulcast layers, low to high; none when it is sent in one quality."""
    source: Source | None
    """Where its packets can be known by: simulcast has only its rids."""

    @property
    def media(self) -> str:
        return "audio" if self.kind == "audio" else "video"


@dataclass(frozen=True, slots=True)
class Offer:
    remote: Remote
    sections: tuple[Sent | Section, ...]
    """In the order of the offer; one that is over, or has no codec of ours, as it was read."""

    @property
    def sent(self) -> dict[Kind, Sent]:
        return {each.kind: each for each in self.sections if isinstance(each, Sent)}


def read_offer(text: str) -> Offer:
    """What a peer is going to send.

    The first section with audio is the microphone, the first with video the camera,
    the second a screen.

    Raises:
        BadDescription: It is no offer of at most these three.
    """
    description = grammar.read(text)
    remote = grammar.remote(description)
    if remote.setup not in ("actpass", "active"):
        raise BadDescription("The one who offers has to begin the DTLS handshake.")
    kinds = {media: list(names) for media, names in _KINDS.items()}
    return Offer(remote, tuple(_sent(each, kinds) for each in description.sections))


def _sent(section: Section, kinds: Mapping[str, list[Kind]]) -> Sent | Section:
    left = kinds.get(section.media)
    if not left:
        raise BadDescription("One microphone, one camera and one screen can be sent.")
    kind = left.pop(0)
    codecs = taken_codecs(section)
    if not section.port or not codecs:
        return section
    sends = section.direction in ("sendonly", "sendrecv")
    rids = _rids(section)
    return Sent(
        kind=kind,
        mid=section.mid,
        is_sending=sends,
        codecs=codecs,
        extensions=taken_extensions(section),
        rids=rids,
        source=None if rids or not sends else _source(section),
    )


def _rids(section: Section) -> tuple[str, ...]:
    """Layers of a section (RFC 8851, RFC 8853), low to high."""
    simulcast = section.attributes.first("simulcast")
    if simulcast is None:
        return ()
    direction, _, rest = simulcast.partition(" ")
    if direction != "send":
        return ()
    # Of alternatives the first; a tilde says that a layer is paused at first.
    offered = [each.partition(",")[0].lstrip("~") for each in rest.split(" ")[0].split(";")]
    if not 1 <= len(offered) <= len(_LAYERS) or not all(_RID.fullmatch(rid) for rid in offered):
        raise BadDescription("Simulcast has at most three layers.")
    return tuple(sorted(offered, key=_LAYERS.find))


def _source(section: Section) -> Source | None:
    """The first source, and what repeats it (RFC 5576)."""
    ssrcs = [number for number, _ in section.attributes.numbered("ssrc")]
    if not ssrcs:
        return None
    groups = map(_REPAIRED.fullmatch, section.attributes.all("ssrc-group"))
    pairs = {int(group[1]): int(group[2]) for group in groups if group is not None}
    source = Source(ssrcs[0], pairs.get(ssrcs[0]))
    if source.ssrc > _HIGHEST or (source.rtx or 0) > _HIGHEST:
        raise BadDescription("An SSRC has 32 bits.")
    return source


def write_answer(offer: Offer, local: Local, *, session_id: int, version: int) -> str:
    """Our answer: everything is received, in the best codec the offer has."""
    mids = [each.mid for each in offer.sections if isinstance(each, Sent)]
    lines = [*session_lines(session_id, version, mids)]
    for section in offer.sections:
        lines += _received(section, local) if isinstance(section, Sent) else _rejected(section)
    return joined(lines)


def _received(section: Sent, local: Local) -> Iterable[str]:
    numbers = (str(n) for codec in section.codecs for n in codec.payload_types)
    yield f"m={section.media} 9 UDP/TLS/RTP/SAVPF {' '.join(numbers)}"
    yield from local.lines("passive")
    yield f"a=mid:{section.mid}"
    yield from (f"a=extmap:{number} {uri}" for uri, number in section.extensions.items())
    yield "a=recvonly" if section.is_sending else "a=inactive"
    yield "a=rtcp-mux"
    yield "a=rtcp-rsize"
    for codec in section.codecs:
        yield from codec.lines()
    if section.rids and section.is_sending:
        yield from (f"a=rid:{rid} recv" for rid in section.rids)
        yield f"a=simulcast:recv {';'.join(section.rids)}"


def _rejected(section: Section) -> Iterable[str]:
    yield f"m={section.media} 0 UDP/TLS/RTP/SAVPF {' '.join(section.formats)}"
    yield "c=IN IP4 0.0.0.0"
    mid = section.attributes.first("mid")
    if mid is not None:
        yield f"a=mid:{mid}"
    yield "a=inactive"
