"""The connection on which a peer receives: writes our offer, reads its answer.

Sections are never taken away, as nobody may (RFC 8829); the next track of the same media
takes one that is free, so that there are never more than were in use at the same time.
"""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from media.worker.names import TrackName
from media.worker.sdp import grammar
from media.worker.sdp.formats import OFFERED_CODECS, OFFERED_EXTENSIONS, TWCC
from media.worker.sdp.grammar import BadDescription, Remote
from media.worker.sdp.local import Local, joined, session_lines


@dataclass(slots=True)
class Place:
    """A media section and what it carries now."""

    mid: str
    media: str
    slot: TrackName | None = None
    ssrc: int = 0
    """Another one for each track: a number that was used says that it is the same source."""
    rtx_ssrc: int = 0
    is_agreed: bool = False
    """Whether the other side knows of what it carries, and takes it."""


@dataclass(frozen=True, slots=True)
class Agreed:
    remote: Remote
    tells_arrivals: bool
    """Whether there will be transport-wide feedback."""


class Layout:
    """The sections of one connection."""

    def __init__(self) -> None:
        self.places: list[Place] = []
        self.carrying: dict[TrackName, Place] = {}
        self._session_id = secrets.randbits(62)
        self._version = 0

    def slots(self) -> dict[str, TrackName]:
        return {place.mid: name for name, place in self.carrying.items()}

    def fit(self, wanted: Sequence[TrackName]) -> bool:
        """Carry exactly what is wanted; False when it already was so."""
        held = self.carrying
        dropped = held.keys() - set(wanted)
        added = dict.fromkeys(each for each in wanted if each not in held)
        for slot in dropped:
            held.pop(slot).slot = None
        for slot in added:
            place = held[slot] = self._free("audio" if slot.kind == "audio" else "video")
            place.slot, place.ssrc, place.rtx_ssrc = slot, self._unused(), self._unused()
            place.is_agreed = False
        return bool(dropped or added)

    def _free(self, media: str) -> Place:
        free = (each for each in self.places if each.slot is None and each.media == media)
        place = next(free, None)
        if place is None:
            place = Place(str(len(self.places)), media)
            self.places.append(place)
        return place

    def _unused(self) -> int:
        used = {number for place in self.places for number in (place.ssrc, place.rtx_ssrc)}
        while (number := secrets.randbits(32)) in used:
            pass
        return number

    def offer(self, local: Local) -> str:
        """The next offer; each has a higher version than the one before (RFC 3264, section 8)."""
        self._version += 1
        mids = [place.mid for place in self.places]
        lines = [*session_lines(self._session_id, self._version, mids)]
        for place in self.places:
            lines += _section(place, local)
        return joined(lines)

    def agree(self, text: str) -> Agreed:
        """Read what the other side says to the newest offer; all it takes is agreed from now on.

        Raises:
            BadDescription: It is no answer to it.
        """
        description = grammar.read(text)
        told = [(each.media, each.attributes.first("mid")) for each in description.sections]
        if told != [(place.media, place.mid) for place in self.places]:
            raise BadDescription("This does not answer the newest offer.")
        pairs = [*zip(description.sections, self.places, strict=True)]
        for section, place in pairs:
            if section.port and section.direction != ("recvonly" if place.slot else "inactive"):
                raise BadDescription("This does not answer the newest offer.")
        remote = grammar.remote(description)
        if remote.setup != "active":
            raise BadDescription("The one who answers has to begin the DTLS handshake.")
        for section, place in pairs:
            place.is_agreed = place.slot is not None and section.port > 0
        numbers = (line for each in description.sections for line in each.attributes.all("extmap"))
        return Agreed(remote, any(TWCC in line for line in numbers))


def _section(place: Place, local: Local) -> Iterable[str]:
    codecs = OFFERED_CODECS[place.media]
    numbers = (str(n) for codec in codecs for n in codec.payload_types)
    yield f"m={place.media} 9 UDP/TLS/RTP/SAVPF {' '.join(numbers)}"
    yield from local.lines("actpass")
    yield f"a=mid:{place.mid}"
    extensions = OFFERED_EXTENSIONS[place.media]
    yield from (f"a=extmap:{number} {uri}" for number, uri in extensions.items())
    yield "a=inactive" if place.slot is None else "a=sendonly"
    yield "a=rtcp-mux"
    yield "a=rtcp-rsize"
    for codec in codecs:
        yield from codec.lines()
    if place.slot is not None:
        yield from _sources(place, place.slot)


def _sources(place: Place, slot: TrackName) -> Iterable[str]:
    peer, track = slot.peer_id, f"{slot.peer_id}:{slot.kind}"
    yield f"a=msid:{peer} {track}"
    # Chromium takes the first SSRC for the video; were it the second, it would show nothing.
    numbers = (place.ssrc,) if place.media == "audio" else (place.ssrc, place.rtx_ssrc)
    if len(numbers) == 2:
        yield f"a=ssrc-group:FID {place.ssrc} {place.rtx_ssrc}"
    for number in numbers:
        yield f"a=ssrc:{number} cname:{peer}"
        yield f"a=ssrc:{number} msid:{peer} {track}"
