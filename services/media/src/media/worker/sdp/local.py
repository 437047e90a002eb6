"""Our side of a connection, as every description of it tells."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_HOST = 126
"""Preference of candidates that are an address of the machine itself (RFC 8445, 5.1.2.2)."""


@dataclass(frozen=True, slots=True)
class Local:
    """ICE-lite: the other side finds the way, and needs nothing but our addresses for it."""

    ufrag: str
    pwd: str
    fingerprint: str
    """SHA-256 of our certificate, in hexadecimal with colons."""
    addresses: Sequence[str]
    """Where clients reach this worker, IPv4 and IPv6, the preferred first."""
    port: int

    def lines(self, setup: str) -> Iterable[str]:
        """Lines of one media section; all sections say the same, as they share the connection."""
        yield "c=IN IP4 0.0.0.0"
        yield "a=rtcp:9 IN IP4 0.0.0.0"
        for place, address in enumerate(self.addresses):
            priority = (_HOST << 24) | ((65_535 - place) << 8) | 255
            yield f"a=candidate:{place + 1} 1 udp {priority} {address} {self.port} typ host"
        yield "a=end-of-candidates"
        yield f"a=ice-ufrag:{self.ufrag}"
        yield f"a=ice-pwd:{self.pwd}"
        yield f"a=fingerprint:sha-256 {self.fingerprint}"
        yield f"a=setup:{setup}"


def session_lines(session_id: int, version: int, mids: Iterable[str]) -> Iterable[str]:
    """What stands above all sections."""
    yield "v=0"
    yield f"o=- {session_id} {version} IN IP4 127.0.0.1"
    yield "s=-"
    yield "t=0 0"
    yield "a=ice-lite"
    yield f"a=group:BUNDLE {' '.join(mids)}"
    yield "a=extmap-allow-mixed"
    yield "a=msid-semantic: WMS *"


def joined(lines: Iterable[str]) -> str:
    return "".join(f"{line}\r\n" for line in lines)
