"""Negative controls: services with one thing broken on purpose, which a run must notice.

Each module starts the real service after replacing one of its parts. A promise that
holds with its control in place is not tested.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Control:
    """What is broken, and a scenario in which it shows."""

    services: tuple[str, ...]
    breaks: str
    """The promise the checker must find broken."""
    faults: tuple[str, ...]
    rounds: int
    also: Mapping[str, object] = field(default_factory=dict)
    """Further fields of the `Scenario`."""


CONTROLS: Mapping[str, Control] = {
    "weak_writes": Control(
        # All of them: one that writes with care makes MongoDB flush for the others.
        ("auth", "rooms", "chat", "signaling", "media", "notify", "analytics"),
        "no message lost",
        ("kill9:mongo",),
        5,
    ),
    "early_answers": Control(("chat",), "no message lost", ("kill9:chat",), 6),
    "no_dedupe": Control(("chat",), "no message twice", ("net:client/*:mute:6",), 3),
    "no_catching_up": Control(
        ("gateway",),
        "nobody waits",
        ("stop:rabbitmq:15",),
        1,
        {"per_second": 4.0, "slowest": 10.0},
    ),
    "sequential_fanout": Control(
        ("gateway",),
        "nobody waits",
        ("calm:40",),
        1,
        {"rooms": 1, "size": 8000, "stalled": 2, "slowest": 6.0},
    ),
}
"""By the name of their module."""


def modules(name: str) -> Mapping[str, str]:
    """What a `Layout` runs instead of the real service."""
    return dict.fromkeys(CONTROLS[name].services, f"{__name__}.{name}")
