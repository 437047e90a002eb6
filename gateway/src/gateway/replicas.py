"""The processes of one service as the gateway sees them: how busy, and whether they answer."""

import random
from collections.abc import Collection, Sequence
from hashlib import blake2b

from prometheus_client import Counter, Gauge

from gateway.places import Places

FIRST_REST = 0.5
LONGEST_REST = 8.0
"""Seconds a replica that failed is left alone; doubled with each failure in a row."""
HANGS_AFTER = 3
"""Unanswered requests in a row after which a service with one replica is not asked for a
rest: each asker would otherwise wait in vain for as long as patience lasts."""

BUSY = Gauge("convo_gateway_upstream_in_flight", "Requests a replica works on.", ["replica"])
FAILED = Counter("convo_gateway_upstream_failures", "Replicas that failed.", ["replica", "how"])


class Replica:
    """One process of a service, at one address."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.places = Places(BUSY.labels(address))
        self._failures = 0
        self._hangs = 0
        self._rests_until = float("-inf")

    def rests(self, now: float) -> bool:
        """Whether it failed lately; after the rest one request at a time tries it again."""
        return now < self._rests_until

    def hangs(self, now: float) -> bool:
        """Whether it takes requests and answers none."""
        return self._hangs >= HANGS_AFTER and self.rests(now)

    def tried(self, now: float, patience: float) -> None:
        """A request goes there; while it is a trial the others stay away."""
        if self._failures:
            self._rests_until = now + patience

    def answered(self) -> None:
        """It works, whatever it said."""
        self._failures = self._hangs = 0
        self._rests_until = float("-inf")

    def failed(self, now: float, *, silently: bool) -> None:
        """It could not be reached, broke off, or `silently` let its time pass."""
        rest = min(FIRST_REST * 2**self._failures, LONGEST_REST)
        self._rests_until = now + rest
        self._failures += 1
        self._hangs = self._hangs + 1 if silently else 0
        FAILED.labels(self.address, "silent" if silently else "broken").inc()


def choose(
    replicas: Sequence[Replica], *, key: str | None, now: float, avoiding: Collection[Replica] = ()
) -> Replica:
    """Which replica is asked.

    With a `key` always the same one while it works (rendezvous hashing), so that a room
    has one writer; without, the less busy of two picked by chance. Replicas that rest or
    are to be avoided are asked only when there is no other.
    """
    if len(replicas) == 1:
        return replicas[0]
    fresh = [each for each in replicas if each not in avoiding]
    awake = [each for each in fresh if not each.rests(now)]
    among = awake or fresh or replicas
    if key is not None:
        return max(among, key=lambda each: _weight(each.address, key))
    return min(random.sample(among, min(2, len(among))), key=lambda each: each.places.taken)


def _weight(address: str, key: str) -> bytes:
    return blake2b(f"{address} {key}".encode(), digest_size=8).digest()
