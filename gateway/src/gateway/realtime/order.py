"""Which fact of a stream is next: shown in order, each once, and a gap is noticed. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count

Stream = tuple[str, str]
"""Publisher and room id: each service numbers its own facts of each room."""

MOST_AHEAD = 1000
"""Facts of a stream that wait for earlier ones; more are fetched again anyway."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened in a room, as clients will see it."""

    stream: Stream
    seq: int
    frame: str
    body: bytes
    """JSON; the frame's `data`."""

    @property
    def room_id(self) -> str:
        return self.stream[1]


class Order:
    """How far each stream was shown here."""

    def __init__(self) -> None:
        self._newest: dict[Stream, int] = {}
        self._ahead: defaultdict[Stream, dict[int, Fact]] = defaultdict(dict)
        self._assumed: dict[Stream, int] = {}
        self._late: defaultdict[Stream, set[int]] = defaultdict(set)

    def newest(self, stream: Stream) -> int | None:
        """The number of the newest fact that was shown; None while it is not known."""
        return self._newest.get(stream)

    def begin(self, stream: Stream, seq: int) -> None:
        """Somebody knows everything up to `seq`; who came before may lack some of it."""
        self._newest.setdefault(stream, seq)

    def assume(self, stream: Stream, seq: int) -> None:
        """Take a stream up where its publisher says that it is; nothing of it was shown here.

        Who began to listen before may lack what is on its way just now: a fact up to
        there is shown once when it comes.
        """
        if stream not in self._newest:
            self._newest[stream] = self._assumed[stream] = seq

    def skip(self, stream: Stream, seq: int) -> list[Fact]:
        """What is missing up to `seq` will not come; returns what may be shown now."""
        self._newest[stream] = seq
        ahead = self._ahead[stream]
        for late in [number for number in ahead if number <= seq]:
            del ahead[late]
        return self._ready(stream, seq + 1)

    def take(self, fact: Fact) -> list[Fact]:
        """What may be shown now that `fact` is here: nothing twice, nothing early."""
        newest = self._newest.get(fact.stream)
        if newest is not None and fact.seq <= newest:
            return [fact] if self._is_late(fact) else []
        if newest is not None and fact.seq > newest + 1:
            if len(self._ahead[fact.stream]) < MOST_AHEAD:
                self._ahead[fact.stream][fact.seq] = fact
            return []
        self._newest[fact.stream] = fact.seq
        return [fact, *self._ready(fact.stream, fact.seq + 1)]

    def has_gap(self, stream: Stream) -> bool:
        """Whether something came that is later than what is missing."""
        return bool(self._ahead.get(stream))

    def streams(self, publisher: str) -> list[Stream]:
        """The streams of a publisher that are known here."""
        return [stream for stream in self._newest if stream[0] == publisher]

    def forget(self, streams: Iterable[Stream]) -> None:
        """Nobody hears these any more."""
        for stream in streams:
            self._newest.pop(stream, None)
            self._ahead.pop(stream, None)
            self._assumed.pop(stream, None)
            self._late.pop(stream, None)

    def _is_late(self, fact: Fact) -> bool:
        """Whether it was passed over by `assume`, and comes for the first time."""
        if fact.seq > self._assumed.get(fact.stream, 0) or fact.seq in self._late[fact.stream]:
            return False
        self._late[fact.stream].add(fact.seq)
        return True

    def _ready(self, stream: Stream, first: int) -> list[Fact]:
        ahead = self._ahead.get(stream)
        found: list[Fact] = []
        if ahead:
            for number in count(first):
                fact = ahead.pop(number, None)
                if fact is None:
                    break
                self._newest[stream] = number
                found.append(fact)
        if not ahead:
            self._ahead.pop(stream, None)
        return found
