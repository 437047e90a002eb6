"""Who is loudest, from the audio levels in RTP headers (RFC 6464)."""

from math import exp

SILENCE = 127
"""The level of silence, in -dBov; 0 is the loudest."""
AUDIBLE = 50.0
"""Decibels above `SILENCE` from which somebody counts as speaking."""
ATTACK = 0.15
"""Share of a louder packet that is believed: a click of 20 ms makes nobody the speaker."""
DECAY = 0.8
"""Seconds in which loudness falls to a third: pauses between words change nothing."""
MARGIN = 6.0
"""Decibels by which another has to be louder to take a place."""


class _Level:
    __slots__ = ("at", "value")

    def __init__(self, at: float) -> None:
        self.at = at
        self.value = 0.0

    def faded(self, at: float) -> float:
        return self.value * exp(min(0.0, self.at - at) / DECAY)


class Loudness:
    """The levels of one room's peers, smoothed."""

    def __init__(self) -> None:
        self._levels: dict[str, _Level] = {}
        self._order: tuple[str, ...] = ()
        self.speaker: str | None = None
        """Who spoke last: kept through silence, None when nobody did or who did is gone."""

    def note(self, peer_id: str, level: int, at: float) -> None:
        """A packet of sound came; `level` is the lower 7 bits of the extension."""
        known = self._levels.get(peer_id)
        if known is None:
            known = self._levels[peer_id] = _Level(at)
        value = known.faded(at)
        louder = SILENCE - (level & 0x7F) - value
        known.value = value + ATTACK * louder if louder > 0 else value
        known.at = at

    def forget(self, peer_id: str) -> None:
        self._levels.pop(peer_id, None)
        self._order = tuple(each for each in self._order if each != peer_id)
        if self.speaker == peer_id:
            self.speaker = None

    def loudest(self, at: float, *, most: int = 3) -> tuple[str, ...]:
        """Who speaks now, the loudest first; who was before keeps the place by a `MARGIN`."""
        first = self._order[:1]
        ranked = []
        for peer_id, level in self._levels.items():
            value = level.faded(at)
            if value >= AUDIBLE:
                kept = (peer_id in self._order) + (peer_id in first)
                ranked.append((-value - MARGIN * kept, peer_id))
        self._order = tuple(peer_id for _, peer_id in sorted(ranked)[:most])
        if self._order:
            self.speaker = self._order[0]
        return self._order

    def changed(self, at: float, *, most: int = 3) -> tuple[str, ...] | None:
        """`loudest`, if it is another order than at the call before; None otherwise."""
        before = self._order
        now = self.loudest(at, most=most)
        return now if now != before else None
