"""What a cluster consists of, and what all of its services are told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

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
