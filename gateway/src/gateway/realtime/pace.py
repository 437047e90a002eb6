"""How fast one socket may send."""

RATE = 20.0
"""Frames a second, for long."""
BURST = 60
"""Frames at once."""
PATIENCE = 10.0
"""Seconds without a rest after which it is too much."""


class Pace:
    """A token bucket that says how long to wait instead of refusing.

    Waiting before the next read slows the client down through TCP, so a burst loses
    nothing; only who never rests is told to go.
    """

    def __init__(self) -> None:
        self._due = 0.0
        self._exhausted_since: float | None = None

    def wait(self, now: float) -> float:
        """Seconds to wait before the frame that came at `now` is looked at."""
        self._due = max(self._due, now) + 1 / RATE
        wait = max(0.0, self._due - BURST / RATE - now)
        if not wait:
            self._exhausted_since = None
        elif self._exhausted_since is None:
            self._exhausted_since = now
        return wait

    def is_hopeless(self, now: float) -> bool:
        """Whether the bucket has been empty for too long."""
        return self._exhausted_since is not None and now - self._exhausted_since > PATIENCE
