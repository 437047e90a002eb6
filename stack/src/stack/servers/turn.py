"""TURN: Debian's coturn, for calls between peers that cannot reach each other."""

import functools
import ipaddress
import os
import secrets
import shutil
import socket
from pathlib import Path

import psutil

from stack.process import Program
from stack.servers.server import Server
from stack.trouble import Trouble

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


def prepare(folder: Path, *, address: str, port: int, secret: str) -> Server:
    """Describe a relay that listens on `address`, and write its configuration.

    On a loopback address it may relay to this machine itself, where the browsers of a
    trial are; on any other it is as closed as in production.

    Raises:
        Trouble: Debian's coturn is not installed.
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
    config.write_text(_config(folder, address=address, port=port, secret=secret))
    program = Program(
        name="turn",
        command=(binary, "-c", str(config), "--log-file", "stdout", "--simple-log"),
        environment={"PATH": os.environ["PATH"]},
        folder=folder,
        ready=functools.partial(answers_stun, address, port),
    )
    return Server(
        name="TURN",
        programs=[program],
        variables={
            "CONVO_TURN_URLS": (
                f"turn:{address}:{port}?transport=udp,turn:{address}:{port}?transport=tcp"
            ),
            "CONVO_TURN_SECRET": secret,
        },
    )


def _config(folder: Path, *, address: str, port: int, secret: str) -> str:
    lines = [
        f"listening-ip={address}",
        f"relay-ip={address}",
        f"listening-port={port}",
        f"min-port={_RELAYS[0]}",
        f"max-port={_RELAYS[1]}",
        "use-auth-secret",
        f"static-auth-secret={secret}",
        "realm=convo",
        f"pidfile={folder / 'turnserver.pid'}",
        f"userdb={folder / 'turndb'}",
        "fingerprint",
        "no-cli",
        "no-tls",
        "no-dtls",
        "no-multicast-peers",
        "no-software-attribute",
        "user-quota=12",
        *(f"denied-peer-ip={each}" for each in _NOT_PEERS),
    ]
    if ipaddress.ip_address(address).is_loopback:
        lines.append("allow-loopback-peers")
        lines += [f"allowed-peer-ip={each}" for each in _own_addresses()]
    return "".join(f"{line}\n" for line in lines)


def _own_addresses() -> list[str]:
    every = (each for card in psutil.net_if_addrs().values() for each in card)
    return sorted({each.address for each in every if each.family == socket.AF_INET})


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
