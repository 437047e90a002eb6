"""The ways through TURN servers, as the platform announces them. Pure, but for asking names."""

import ipaddress
import re
import socket
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

_URL = re.compile(
    r"(?P<scheme>turns?):(?P<host>\[[^\]]+\]|[^:?\[\]]+)(:(?P<port>\d+))?"
    r"(\?transport=(?P<transport>udp|tcp))?"
)  # RFC 7065, as far as browsers speak it
_PORTS = {"turn": 3478, "turns": 5349}

Transport = Literal["UDP", "TCP", "TLS"]


@dataclass(frozen=True)
class Relay:
    """One way to a TURN server, and the right to use it."""

    transport: Transport
    host: str
    """An address, or the name a certificate has to be for."""

    port: int
    username: str
    credential: str
    needed: bool = True
    """Whether people are told of it, so that their calls may depend on it."""

    @property
    def place(self) -> str:
        """Where a firewall has to let through, in words."""
        protocol = "UDP" if self.transport == "UDP" else "TCP"
        return f"{protocol} port {self.port} of {self.host}"

    @property
    def name(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"TURN over {self.transport}, {host}:{self.port}"


def announced(ice_servers: Iterable[Mapping[str, Any]]) -> list[Relay]:
    """Return every way in an answer of `/api/signaling/ice-servers`, in its order."""
    return [
        _relay(match, server)
        for server in ice_servers
        for url in server["urls"]
        if (match := _URL.fullmatch(url))
    ]


def _relay(match: re.Match[str], server: Mapping[str, Any]) -> Relay:
    scheme = match["scheme"]
    plain: Transport = "TCP" if match["transport"] == "tcp" else "UDP"
    return Relay(
        transport="TLS" if scheme == "turns" else plain,
        host=match["host"].strip("[]"),
        port=int(match["port"] or _PORTS[scheme]),
        username=server["username"],
        credential=server["credential"],
    )


def of_each_version(relay: Relay) -> list[Relay]:
    """Return the way over IPv4 and the one over IPv6, where the host is a name that has both.

    TLS stays with its name: the certificate is for that. So does a name nobody knows.
    """
    if relay.transport == "TLS" or _is_address(relay.host):
        return [relay]
    try:
        found = socket.getaddrinfo(relay.host, relay.port, type=socket.SOCK_DGRAM)
    except socket.gaierror:
        return [relay]
    firsts: dict[int, str] = {}
    for family, _, _, _, address in found:
        firsts.setdefault(family, str(address[0]))
    usable = [host for host in firsts.values() if _has_way_to(host)]
    return [replace(relay, host=host) for host in usable] or [relay]


def on_this_machine(known: Sequence[Relay], heard: Iterable[str], tls: int) -> list[Relay]:
    """Return the ways our own TURN server listens on without people being told of them."""
    if not known:
        return []
    extra = [
        replace(known[0], transport=transport, host=host, needed=False)
        for host in heard
        for transport in ("UDP", "TCP")
    ]
    extra.append(replace(known[0], transport="TLS", port=tls, needed=False))
    taken = {(each.transport, each.host) for each in known}
    has_tls = any(each.transport == "TLS" for each in known)
    return [
        each
        for each in extra
        if (each.transport, each.host) not in taken and not (has_tls and each.transport == "TLS")
    ]


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _has_way_to(address: str) -> bool:
    """Whether this machine knows a way there; nothing is sent."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((address, 9))
    except OSError:
        return False
    return True
