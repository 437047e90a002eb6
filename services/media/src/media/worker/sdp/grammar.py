"""Reads the lines of a description, whoever wrote it; nothing in them is trusted."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus

from common.problems import Problem

MOST_BYTES = 200_000
"""A browser's description has some kilobytes for each section."""

_MEDIA_LINE = re.compile(r"m=(\w+) (\d{1,5})(?:/\d+)? ([\w/]+) ([\w. -]+)")
_DIRECTIONS = frozenset({"sendrecv", "sendonly", "recvonly", "inactive"})


class BadDescription(Problem):
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "bad-description"


@dataclass(frozen=True, slots=True)
class Attributes:
    """The `a=` lines of a section, or those above all sections."""

    lines: list[tuple[str, str]] = field(default_factory=list)
    """Name and value; a flag has an empty value."""

    def all(self, name: str) -> Iterator[str]:
        return (value for known, value in self.lines if known == name)

    def first(self, name: str) -> str | None:
        return next(self.all(name), None)

    def numbered(self, name: str) -> Iterator[tuple[int, str]]:
        """Values that begin with a number, as those of `rtpmap`, `fmtp`, `extmap` and `ssrc` do."""
        for value in self.all(name):
            number, _, rest = value.partition(" ")
            digits = number.partition("/")[0]
            if not (digits.isascii() and digits.isdecimal() and len(digits) <= 10):
                raise BadDescription(f"a={name} lacks its number.")
            yield int(digits), rest


@dataclass(frozen=True, slots=True)
class Section:
    """One media section."""

    media: str
    """`audio`, `video` or something else."""
    port: int
    """0 when it is rejected, or over."""
    formats: tuple[str, ...]
    attributes: Attributes = field(default_factory=Attributes)

    @property
    def mid(self) -> str:
        """Raises `BadDescription` when it has no name, or one that would not fit into a line."""
        mid = self.attributes.first("mid")
        if mid is None or not re.fullmatch(r"[\w.-]{1,32}", mid, re.ASCII):
            raise BadDescription("A media section has no mid.")
        return mid

    @property
    def direction(self) -> str:
        found = (name for name, _ in self.attributes.lines if name in _DIRECTIONS)
        return next(found, "sendrecv")


@dataclass(frozen=True, slots=True)
class Description:
    attributes: Attributes
    sections: tuple[Section, ...]

    def bundled(self) -> frozenset[str]:
        """Mids that share one connection (RFC 9143)."""
        groups = (value.split() for value in self.attributes.all("group"))
        return frozenset(next((mids for name, *mids in groups if name == "BUNDLE"), ()))

    def said(self, section: Section, name: str) -> list[str]:
        """What the section says, or for lack of it the lines above all sections."""
        return [*section.attributes.all(name)] or [*self.attributes.all(name)]


@dataclass(frozen=True, slots=True)
class Remote:
    """How to know the other side: its ICE credentials and the hash of its certificate."""

    ufrag: str
    pwd: str
    fingerprints: tuple[tuple[str, str], ...]
    """Name of the hash function, and the hash in hexadecimal."""
    setup: str
    """The part it takes in DTLS: `actpass`, `active` or `passive`."""


def read(text: str) -> Description:
    """Raises `BadDescription` when it is none."""
    if len(text) > MOST_BYTES:
        raise BadDescription("The description is too long.")
    lines = text.splitlines()
    if not lines or lines[0] != "v=0":
        raise BadDescription("This is no session description.")
    session = attributes = Attributes()
    sections: list[Section] = []
    for line in lines:
        if line.startswith("m="):
            sections.append(_section(line))
            attributes = sections[-1].attributes
        elif line.startswith("a="):
            name, _, value = line[2:].partition(":")
            attributes.lines.append((name, value.strip()))
    return Description(session, tuple(sections))


def _section(line: str) -> Section:
    match = _MEDIA_LINE.fullmatch(line.strip())
    if match is None:
        raise BadDescription("A media section is not understood.")
    media, port, _, formats = match.groups()
    return Section(media, int(port), tuple(formats.split()))


def remote(description: Description) -> Remote:
    """The other side, by the first section that is in use; bundled, they all say the same.

    Raises:
        BadDescription: It does not tell, or has sections outside the bundle.
    """
    used = [each for each in description.sections if each.port]
    mids = {each.mid for each in used}
    if not used or not mids <= description.bundled():
        raise BadDescription("All media must be bundled.")
    if len(mids) < len(used):
        raise BadDescription("Two media sections have the same mid.")
    said = {
        name: description.said(used[0], name)
        for name in ("ice-ufrag", "ice-pwd", "fingerprint", "setup")
    }
    hashes = tuple(_fingerprint(each) for each in said["fingerprint"])
    if not all(said.values()):
        raise BadDescription(f"There is no {next(n for n, v in said.items() if not v)}.")
    return Remote(said["ice-ufrag"][0], said["ice-pwd"][0], hashes, said["setup"][0])


def _fingerprint(value: str) -> tuple[str, str]:
    match = re.fullmatch(r"(sha-\d+) ([0-9A-Fa-f:]+)", value)
    if match is None:
        raise BadDescription("A fingerprint is not understood.")
    return match[1].lower(), match[2].upper()
