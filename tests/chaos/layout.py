"""What a cluster consists of, and what all of its services are told."""

import itertools
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from stack import ports

_PORTS = range(20_000, 32_000)
"""Below those the kernel gives to outgoing connections: while a program is dead its port
must stay free for it."""
_A_RUN = 64
"""So far apart do two processes begin that run clusters at the same time."""
_FIRST = os.getpid() * _A_RUN % len(_PORTS)
_next = itertools.cycle([*_PORTS[_FIRST:], *_PORTS[:_FIRST]])
SETTINGS = {
    "CONVO_PUBLIC_URL": "http://localhost",
    "CONVO_RATE_LIMIT_USER": "1000000/minute",
    "CONVO_RATE_LIMIT_ADDRESS": "1000000/minute",
    "CONVO_RATE_LIMIT_SIGN_IN": "1000000/minute",
    "CONVO_RATE_LIMIT_REFRESH": "1000000/minute",
    "CONVO_AUTH_ARGON2_MEMORY_KIB": "19456",
    # media starts without its object store, and nobody here keeps files.
    "CONVO_S3_URL": "http://127.0.0.1:9",
    "CONVO_S3_ACCESS_KEY": "none",
    "CONVO_S3_SECRET_KEY": "none",
}


@dataclass(frozen=True, kw_only=True)
class Layout:
    """What a cluster consists of."""

    replicas: Mapping[str, int] = field(
        default_factory=lambda: {"chat": 2, "signaling": 2, "rooms": 2, "gateway": 2}
    )
    """Processes of each service; those not named have one."""
    proxied: Sequence[str] = ()
    """Patterns of the links (`chat-1/mongo`) that go through a fault proxy."""
    clocked: Sequence[str] = ()
    """Patterns of the processes whose clocks can be moved; needs Debian's libfaketime."""
    keeps_ports: bool = True
    """Whether who connects to a dead process waits for the next one, as with `make run`;
    or is refused, as where a machine is one of many."""
    modules: Mapping[str, str] = field(default_factory=dict)
    """The module that is run for a service instead of its own, with the service's name as
    its argument (see `controls`)."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """Further CONVO_ settings of every service."""


def lasting_ports(count: int) -> list[int]:
    """Ports that stay free for a program while it is dead, and that no other cluster has.

    Nothing holds them until the program does, so none is given to two clusters of this
    process, and other processes begin elsewhere.
    """
    free = (port for port in _next if not ports.is_taken(port))
    return list(itertools.islice(free, count))
