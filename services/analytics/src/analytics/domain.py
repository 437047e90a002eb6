"""What analytics decides: pure, nothing here waits, stores or asks for the time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from common.events import CallStarted, Event, MessagePosted, RoomOpened, UserRegistered

COUNTED: Mapping[str, str] = {
    "users": UserRegistered.type,
    "rooms": RoomOpened.type,
    "meetings": CallStarted.type,
    "messages": MessagePosted.type,
}
"""Which fact makes each figure grow by one."""


@dataclass(frozen=True, slots=True)
class Record:
    """A fact as it is kept: nothing in it is marked personal."""

    id: str
    """The event's own id: a fact that comes twice is kept once."""
    type: str
    at: datetime
    day: str
    """The UTC date of `at`."""
    subject: str | None
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Figures:
    """How much happened in some time."""

    users: int = 0
    """Accounts made."""
    rooms: int = 0
    """Rooms opened."""
    meetings: int = 0
    """Meetings begun."""
    messages: int = 0
    """Chat messages posted."""


@dataclass(frozen=True, slots=True)
class Day:
    day: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class Summary:
    totals: Figures
    """Of the days together."""
    days: Sequence[Day]


@dataclass(frozen=True, slots=True)
class CallQuality:
    """How a call's media arrived at one person, as their client measured it."""

    id: str
    """`<user>:<batch>`: a batch that comes twice is kept once, and nobody replaces another's."""
    user_id: str
    session_id: str
    room_id: str
    meeting_id: str
    received_at: datetime
    samples: Sequence[Mapping[str, Any]]


Counts = Mapping[tuple[str, str], int]
"""How many facts there were of a day and type."""


def record(event: Event) -> Record:
    """What is kept of a fact."""
    return Record(
        id=str(event.event_id),
        type=event.type,
        at=event.occurred_at,
        day=event.occurred_at.astimezone(UTC).date().isoformat(),
        subject=event.subject(),
        body=event.impersonal(),
    )


def days_until(today: date, *, days: int) -> Sequence[str]:
    """So many days up to and with today, oldest first."""
    return [(today - timedelta(days=ago)).isoformat() for ago in reversed(range(days))]


def summarize(counts: Counts, days: Sequence[str]) -> Summary:
    """The figures of each day, also of those on which nothing happened, and of all together."""
    told = [Day(day, _figures(counts, [day])) for day in days]
    return Summary(totals=_figures(counts, days), days=told)


def _figures(counts: Counts, days: Sequence[str]) -> Figures:
    return Figures(
        **{name: sum(counts.get((day, kind), 0) for day in days) for name, kind in COUNTED.items()}
    )
