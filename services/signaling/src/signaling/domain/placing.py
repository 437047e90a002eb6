"""Which way a call's media takes, and through which worker. Pure.

A mesh asks of every device to send to every other: good for two, heavy beyond.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from signaling.domain import facts
from signaling.domain.call import Call, Change, Topology
from signaling.domain.partings import is_closing

FORWARDED_FROM: Final = 3
"""Peers with whom a call that is set to `auto` goes to a worker."""


@dataclass(frozen=True, slots=True)
class Fleet:
    """The workers there are, as far as this process knows."""

    live: Mapping[str, float]
    """Load by worker id: of those that were heard lately and take rooms."""
    stopped: frozenset[str] = frozenset()
    """Those that said that they go away."""
    silence_counts: bool = False
    """Whether whoever was not heard is gone; who hears nothing himself cannot know."""

    def has_lost(self, worker_id: str) -> bool:
        if worker_id in self.stopped:
            return True
        return self.silence_counts and worker_id not in self.live


def place(call: Call, fleet: Fleet, *, at: datetime) -> Change:
    """Let the call take the way it should; a worker that has it keeps it while it lives."""
    if call.meeting is None:
        return call, []
    topology, worker_id = _way_of(call, fleet, at)
    if (topology, worker_id) == (call.topology, call.worker_id):
        return call, []
    call, changed = facts.topology_changed(call, topology, worker_id, at=at)
    return call, [changed]


def is_forwarded(call: Call) -> bool:
    """Whether the call should go through a worker.

    With `auto` it stays there until the meeting ends: who leaves and comes back would
    otherwise move everybody each time.
    """
    if call.setting in {"mesh", "sfu"}:
        return call.setting == "sfu"
    return call.topology == "sfu" or len(call.peers) >= FORWARDED_FROM


def _way_of(call: Call, fleet: Fleet, at: datetime) -> tuple[Topology, str | None]:
    if not is_forwarded(call):
        return "mesh", None
    if call.worker_id is not None and not fleet.has_lost(call.worker_id):
        return "sfu", call.worker_id
    free = [each for each in fleet.live if not is_closing(call, each, at=at)]
    if not free:
        return "mesh", None
    return "sfu", min(free, key=lambda worker_id: (fleet.live[worker_id], worker_id))
