"""Which packets of a source are missing, and when to ask for them (NACK, RFC 4585).

What does not come in time is given up without a word: whoever cannot show the next picture
without it asks for a key frame.
"""

FIRST = 0.02
"""Seconds until a gap is asked for: what is only out of order comes in them."""
SOONEST = 0.02
"""Seconds between two requests when the round trip is shorter."""
TRIES = 10
OLDEST = 1.0
"""Seconds after which a packet is of no use any more."""
MOST = 300
"""Packets missing at the same time; more is an interruption that only a key frame mends."""


class _Missing:
    __slots__ = ("due", "since", "tries")

    def __init__(self, since: float) -> None:
        self.since = since
        self.due = since + FIRST
        self.tries = 0


class Gaps:
    """The missing packets of one source, by extended sequence number."""

    def __init__(self) -> None:
        self._missing: dict[int, _Missing] = {}

    def __len__(self) -> int:
        return len(self._missing)

    def open(self, start: int, end: int, at: float) -> None:
        """The numbers from `start` to before `end` were skipped."""
        if len(self._missing) + end - start > MOST:
            self._missing.clear()
            return
        for number in range(start, end):
            self._missing[number] = _Missing(at)

    def close(self, number: int) -> bool:
        """The number came after all; False when it was not waited for."""
        return self._missing.pop(number, None) is not None

    def close_before(self, number: int) -> None:
        """Another run of numbers begins here: what is older is not needed."""
        for each in [each for each in self._missing if each < number]:
            del self._missing[each]

    def due(self, now: float, *, round_trip: float) -> list[int]:
        """Extended numbers to ask for now; each is asked again after a round trip."""
        asked = []
        for number, missing in list(self._missing.items()):
            if now - missing.since > OLDEST or (missing.tries == TRIES and now >= missing.due):
                del self._missing[number]
            elif now >= missing.due:
                missing.tries += 1
                missing.due = now + max(round_trip, SOONEST)
                asked.append(number)
        return asked
