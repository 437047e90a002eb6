"""What happened in a run: every operation of every person, and everything they were shown.

Times are seconds of the monotonic clock of this process, in which all people live.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Outcome = Literal["pending", "ok", "fail", "unknown"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One message of a room's log, as somebody or something shows it."""

    seq: int
    client_id: str
    text: str


@dataclass(slots=True)
class Sending:
    """One message somebody wanted to send, over all its tries."""

    sender: str
    room: str
    client_id: str
    text: str
    invoked: float
    ended: float = 0.0
    outcome: Outcome = "pending"
    """`fail`: refused for certain. `unknown`: it may have happened, once, or not."""
    seq: int | None = None
    """The number the answer named; only when `ok`."""
    tries: int = 0

    def acked(self, seq: int) -> None:
        self._end("ok")
        self.seq = seq

    def failed(self) -> None:
        """Refused; which counts only when no earlier try can have succeeded."""
        self._end("fail" if self.tries == 1 else "unknown")

    def given_up(self) -> None:
        self._end("unknown")

    def _end(self, outcome: Outcome) -> None:
        self.outcome = outcome
        self.ended = time.monotonic()


@dataclass(frozen=True, slots=True)
class Shown:
    """A message at the moment it joined what one client shows."""

    entry: Entry
    at: float


@dataclass(frozen=True, slots=True)
class Conflict:
    """A number under which one client was told of two different messages."""

    client: str
    room: str
    first: Entry
    second: Entry


@dataclass
class History:
    """Filled while a run lasts, judged by `checker` afterwards."""

    sendings: list[Sending] = field(default_factory=list)
    shown: dict[tuple[str, str], list[Shown]] = field(default_factory=lambda: defaultdict(list))
    """By client and room, in the order in which the client shows them."""
    conflicts: list[Conflict] = field(default_factory=list)
    faults: list[tuple[float, str]] = field(default_factory=list)
    """What struck, and when it began."""
    counts: Counter[str] = field(default_factory=Counter)
    """What is worth knowing and breaks no promise: reconnects, holes mended and so on."""

    def invoke(self, sender: str, room: str, client_id: str, text: str) -> Sending:
        sending = Sending(sender, room, client_id, text, invoked=time.monotonic())
        self.sendings.append(sending)
        return sending

    def struck(self, fault: str) -> None:
        self.faults.append((time.monotonic(), fault))

    def show(self, client: str, room: str, entry: Entry) -> None:
        self.shown[client, room].append(Shown(entry, time.monotonic()))


@dataclass(frozen=True, slots=True)
class Truth:
    """What is there when all is quiet again, by room."""

    stored: Mapping[str, Sequence[Entry]]
    """Straight from MongoDB."""
    told: Mapping[str, Sequence[Entry]]
    """As the REST history tells it."""
