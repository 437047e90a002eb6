"""Codecs and header extensions: what is taken from publishers and offered to subscribers."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from media.worker.forward import AUDIO_LEVEL, TRANSPORT_CC
from media.worker.sdp.grammar import BadDescription, Section

MID = "urn:ietf:params:rtp-hdrext:sdes:mid"
RID = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
REPAIRED_RID = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"
TWCC = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
LEVEL = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"

TAKEN_EXTENSIONS = frozenset({MID, RID, REPAIRED_RID, TWCC, LEVEL})
"""From publishers. The orientation of a video is not among them: who cannot send it turns
the pictures instead, and nothing has to be told to those who get them."""

OFFERED_EXTENSIONS = {
    "audio": {TRANSPORT_CC: TWCC, AUDIO_LEVEL: LEVEL},
    "video": {TRANSPORT_CC: TWCC},
}
"""To subscribers, by media and id. Without mid and rid: sources are told by SSRC, and ids of
the two connections would be mixed up."""

_FEEDBACK = {
    "audio": ("transport-cc",),
    "video": ("nack", "nack pli", "ccm fir", "transport-cc", "goog-remb"),
}
_OPUS = "minptime=10;useinbandfec=1;usedtx=1;stereo=0"


@dataclass(frozen=True, slots=True)
class Codec:
    """A codec under the number it has in one description."""

    name: str
    """`opus`, `VP8`, `VP9` or `H264`."""
    payload_type: int
    clock: int
    """Hz."""
    parameters: str = ""
    feedback: tuple[str, ...] = ()
    rtx: int | None = None
    """Payload type of its retransmissions (RFC 4588)."""

    @property
    def media(self) -> str:
        return "audio" if self.name == "opus" else "video"

    @property
    def payload_types(self) -> tuple[int, ...]:
        return (self.payload_type,) if self.rtx is None else (self.payload_type, self.rtx)

    def lines(self) -> Iterable[str]:
        number = self.payload_type
        channels = "/2" if self.media == "audio" else ""
        yield f"a=rtpmap:{number} {self.name}/{self.clock}{channels}"
        yield from (f"a=rtcp-fb:{number} {each}" for each in self.feedback)
        if self.parameters:
            yield f"a=fmtp:{number} {self.parameters}"
        if self.rtx is not None:
            yield f"a=rtpmap:{self.rtx} rtx/{self.clock}"
            yield f"a=fmtp:{self.rtx} apt={number}"


def _video(name: str, payload_type: int, parameters: str = "") -> Codec:
    return Codec(name, payload_type, 90_000, parameters, _FEEDBACK["video"], payload_type + 1)


OFFERED_CODECS = {
    "audio": (Codec("opus", 111, 48_000, _OPUS, _FEEDBACK["audio"]),),
    "video": (
        _video("VP8", 96),
        _video(
            "H264",
            102,
            "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
        ),
        _video("VP9", 98, "profile-id=0"),
    ),
}
"""To subscribers, the same on all connections; a subscriber gets what the publisher sends."""

_NUMBER = re.compile(r"\d{1,3}", re.ASCII)
"""A payload type: few, so that no description costs more than it weighs."""
_CLOCKS = {"audio": 48_000, "video": 90_000}
_CLOCKS_AS_TOLD = frozenset(map(str, _CLOCKS.values()))
_PREFERRED = ("opus", "VP8", "H264", "VP9")
_NAMES = {name.lower(): name for name in _PREFERRED}


@dataclass(slots=True)
class _Format:
    name: str = ""
    clock: int = 0
    parameters: dict[str, str] = field(default_factory=dict)
    feedback: set[str] = field(default_factory=set)


def taken_codecs(section: Section) -> tuple[Codec, ...]:
    """Codecs of an offered section that are forwarded, the preferred first."""
    formats = _formats(section)
    rtx = {
        each.parameters.get("apt"): number
        for number, each in formats.items()
        if each.name.lower() == "rtx"
    }
    found = [
        _taken(number, each, rtx.get(str(number)))
        for number, each in formats.items()
        if _is_taken(section.media, each)
    ]
    return tuple(sorted(found, key=lambda codec: _PREFERRED.index(codec.name)))


def _formats(section: Section) -> Mapping[int, _Format]:
    attributes = section.attributes
    formats = {int(each): _Format() for each in section.formats if _NUMBER.fullmatch(each)}
    for number, value in attributes.numbered("rtpmap"):
        name, _, rest = value.partition("/")
        clock = rest.partition("/")[0]
        if number in formats and clock in _CLOCKS_AS_TOLD:
            formats[number].name, formats[number].clock = name, int(clock)
    for number, value in attributes.numbered("fmtp"):
        if number in formats:
            pairs = (each.strip().partition("=") for each in value.split(";"))
            formats[number].parameters |= {name: given for name, _, given in pairs}
    of_all = set()
    for value in attributes.all("rtcp-fb"):
        number_or_all, _, wanted = value.partition(" ")
        if number_or_all == "*":
            of_all.add(wanted)
        elif _NUMBER.fullmatch(number_or_all) and int(number_or_all) in formats:
            formats[int(number_or_all)].feedback.add(wanted)
    for each in formats.values():
        each.feedback |= of_all
    return formats


def _is_taken(media: str, offered: _Format) -> bool:
    name = _NAMES.get(offered.name.lower())
    if name is None or (name == "opus") != (media == "audio"):
        return False
    if offered.clock != _CLOCKS[media]:  # what is not so is no such codec, and 0 divides nothing
        return False
    told = offered.parameters
    match name:
        case "H264":
            # Baseline in packets of any size: what every browser decodes.
            profile = told.get("profile-level-id", "42e01f").lower()
            return told.get("packetization-mode") == "1" and profile.startswith("42")
        case "VP9":
            return told.get("profile-id", "0") == "0"
    return True


def _taken(number: int, offered: _Format, rtx: int | None) -> Codec:
    name = _NAMES[offered.name.lower()]
    media = "audio" if name == "opus" else "video"
    # REMB is for those who send what their estimate allows; here feedback is by TWCC.
    feedback = tuple(
        each for each in _FEEDBACK[media] if each in offered.feedback and each != "goog-remb"
    )
    told = ";".join(f"{key}={value}" for key, value in offered.parameters.items())
    parameters = _OPUS if name == "opus" else told
    return Codec(name, number, offered.clock, parameters, feedback, rtx)


def taken_extensions(section: Section) -> dict[str, int]:
    """Header extensions of an offered section that are read here, by URI.

    Raises:
        BadDescription: An id does not fit into a packet (RFC 8285).
    """
    found: dict[str, int] = {}
    for number, value in section.attributes.numbered("extmap"):
        uri = value.partition(" ")[0]
        if uri in TAKEN_EXTENSIONS:
            if not 1 <= number <= 14:
                raise BadDescription("Ids of header extensions are 1 to 14.")
            found[uri] = number
    return found
