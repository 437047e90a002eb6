"""TURN: Debian's coturn, for calls between peers that cannot reach each other."""

import functools
import ipaddress
import os
import secrets
import shutil
import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from stack.process import Program
from stack.servers.certificate import Certificate
from stack.servers.server import Server
from stack.trouble import Trouble

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_RELAYS = (49160, 49199)
"""One port for each relayed flow of a peer."""

# Special-use addresses (RFC 6890): a relay that reached them would open the inner network.
_NOT_PEERS = (
    "0.0.0.0-0.255.255.255",
    "10.0.0.0-10.255.255.255",
    "100.64.0.0-100.127.255.255",
    "127.0.0.0-127.255.255.255",
    "169.254.0.0-169.254.255.255",
    "172.16.0.0-172.31.255.255",
    "192.0.0.0-192.0.0.255",
    "192.0.2.0-192.0.2.255",
    "192.168.0.0-192.168.255.255",
    "198.18.0.0-198.19.255.255",
    "198.51.100.0-198.51.100.255",
    "203.0.113.0-203.0.113.255",
    "224.0.0.0-255.255.255.255",
    "::",
    "::1",
    "::ffff:0.0.0.0-::ffff:255.255.255.255",
    "64:ff9b::-64:ff9b::ffff:ffff",
    "100::-100::ffff:ffff:ffff:ffff",
    "2001::-2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff",
    "2002::-2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "fc00::-fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "fe80::-febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
)


@dataclass(frozen=True)
class Wanted:
    """How a relay is to be found, and by whom."""

    addresses: Sequence[str]
    """Of this machine."""

    ports: tuple[int, int]
    """The plain one, for UDP and TCP, and the one for TLS."""

    secret: str = field(repr=False)
    certificate: Certificate
    host: str = "localhost"
    """The name with which `turns:` is announced, if browsers may believe the certificate."""

    media: Sequence[str] = ()
    """Addresses or names of media workers."""


def prepare(folder: Path, wanted: Wanted) -> Server:
    """Describe a relay, and write its configuration.

    On loopback addresses it may relay to this machine itself, where the browsers of a
    trial are, and listens on IPv6 too where there is any. On any other it is as closed as
    in production: of the inner network it reaches its own addresses and those of the media
    workers alone.

    Raises:
        Trouble: Debian's coturn is not installed, or an address is none.
    """
    binary = shutil.which("turnserver", path=f"{os.environ['PATH']}:/usr/bin:/usr/sbin")
    if binary is None:
        raise Trouble(
            "The TURN server is not installed.",
            remedy="As root: apt-get install --no-install-recommends coturn.",
        )
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "turnserver.conf"
    config.touch(mode=0o600)
    config.write_text(_config(folder, wanted))
    program = Program(
        name="turn",
        command=(binary, "-c", str(config), "--log-file", "stdout", "--simple-log"),
        environment={"PATH": os.environ["PATH"]},
        folder=folder,
        ready=functools.partial(answers_stun, wanted.addresses[0], wanted.ports[0]),
    )
    return Server(
        name="TURN",
        programs=[program],
        variables={"CONVO_TURN_URLS": ",".join(_urls(wanted)), "CONVO_TURN_SECRET": wanted.secret},
    )


def _urls(wanted: Wanted) -> list[str]:
    """Return what clients are told: few, because each costs every call a relay (RFC 7065)."""
    plain, tls = wanted.ports
    urls = [
        f"turn:{_in_url(address)}:{plain}?transport={transport}"
        for address in wanted.addresses
        for transport in ("udp", "tcp")
    ]
    if wanted.certificate.trusted:
        urls.append(f"turns:{_in_url(wanted.host)}:{tls}?transport=tcp")
    return urls


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _config(folder: Path, wanted: Wanted) -> str:
    own = [_address(each) for each in wanted.addresses]
    everywhere = heard(wanted.addresses)
    lines = [
        *(f"listening-ip={each}" for each in everywhere),
        *(f"relay-ip={each}" for each in everywhere),
        f"listening-port={wanted.ports[0]}",
        f"tls-listening-port={wanted.ports[1]}",
        f"min-port={_RELAYS[0]}",
        f"max-port={_RELAYS[1]}",
        "use-auth-secret",
        f"static-auth-secret={wanted.secret}",
        "realm=convo",
        f"cert={wanted.certificate.path}",
        f"pkey={wanted.certificate.key}",
        f"pidfile={folder / 'turnserver.pid'}",
        f"userdb={folder / 'turndb'}",
        "fingerprint",
        "no-cli",
        "no-tlsv1",
        "no-tlsv1_1",
        "no-dtls",
        # Media is UDP. RFC 6062 would let who may call open connections to databases.
        "no-tcp-relay",
        "no-multicast-peers",
        "no-software-attribute",
        "user-quota=12",
        *(f"denied-peer-ip={each}" for each in _NOT_PEERS),
    ]
    if _on_trial(own):
        lines.append("allow-loopback-peers")
        lines += [f"allowed-peer-ip={each}" for each in _own_addresses()]
    else:
        lines += [f"allowed-peer-ip={each}" for each in _reachable(own, wanted.media)]
    return "".join(f"{line}\n" for line in lines)


def heard(addresses: Sequence[str]) -> list[str]:
    """Return all the addresses that are listened on.

    Raises:
        Trouble: One is no address.
    """
    own = [_address(each) for each in addresses]
    told = [str(each) for each in own]
    with_v6 = _on_trial(own) and "::1" not in told and _has("::1")
    return [*told, "::1"] if with_v6 else told


def _on_trial(own: Iterable[_Address]) -> bool:
    return all(each.is_loopback for each in own)


def _address(text: str) -> _Address:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        raise Trouble(
            f"CONVO_TURN_ADDRESS names {text!r}, which is no address.",
            remedy="Set it to IPv4 and IPv6 addresses of this machine, with commas between.",
        ) from None


def _reachable(own: Iterable[_Address], media: Iterable[str]) -> list[str]:
    """Inner addresses that calls need: a relay sends to the other person's relay, and to workers.

    Never those that mean this machine or the link: there are its secrets.
    """
    found = {*own, *(each for name in media for each in _resolved(name))}
    return sorted(
        str(each)
        for each in found
        if not (each.is_loopback or each.is_link_local or each.is_unspecified or each.is_multicast)
    )


def _resolved(name: str) -> set[_Address]:
    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_DGRAM)
    except socket.gaierror:
        return set()
    return {ipaddress.ip_address(each[4][0]) for each in found}


def _has(address: str) -> bool:
    """Whether this machine has the address."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((address, 0))
    except OSError:
        return False
    return True


def _own_addresses() -> list[str]:
    every = (each for card in psutil.net_if_addrs().values() for each in card)
    families = {socket.AF_INET, socket.AF_INET6}
    # psutil names the link of a link-local address; of those nobody is called.
    return sorted(
        {each.address for each in every if each.family in families and "%" not in each.address}
    )


def answers_stun(address: str, port: int) -> bool:
    """Whether a binding request (RFC 8489, section 5) is answered."""
    request = b"\x00\x01\x00\x00\x21\x12\xa4\x42" + secrets.token_bytes(12)
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as connection:
        connection.settimeout(0.5)
        try:
            connection.connect((address, port))
            connection.send(request)
            return connection.recv(64).startswith(b"\x01\x01")
        except OSError:
            return False
