"""What analytics is asked and what it answers, as JSON."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from analytics.domain import Summary
from common.clock import Timestamp
from common.wire import Body, Wire

Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Seconds = Annotated[float, Field(ge=0, le=600, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, le=1_000_000)]


class Sample(Body):
    """One track on one connection, over some seconds."""

    leg: Literal["mesh", "pub", "sub"]
    """`mesh`, or which of the two connections to a media worker."""
    peer_id: Id | None
    """Who it is of, or in a mesh goes to; null for what goes to a worker."""
    kind: Literal["audio", "camera", "screen"]
    direction: Literal["in", "out"]
    at: Timestamp
    bitrate: Annotated[int, Field(ge=0, le=10_000_000_000)]
    """bit/s."""
    loss: Share
    """Of the packets, 0 to 1."""
    jitter: Seconds
    rtt: Seconds | None
    fps: Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)] | None
    height: Annotated[int, Field(ge=0, le=16_384)] | None
    """Pixels."""
    freezes: Count
    """How often the picture stood still."""
    concealed: Share
    """Of the sound, what was made up for packets that did not arrive; 0 to 1."""


class ReportQuality(Body):
    batch_id: Id
    """Made by the client: a batch that is sent again is kept once."""
    room_id: Id
    meeting_id: Id
    samples: Annotated[list[Sample], Field(min_length=1, max_length=300)]


class FiguresView(Wire):
    users: int
    """Accounts made."""
    rooms: int
    """Rooms opened."""
    meetings: int
    """Meetings begun."""
    messages: int
    """Chat messages posted."""


class DayView(FiguresView):
    day: str
    """UTC date, for example `2026-01-02`."""


class SummaryView(Wire):
    totals: FiguresView
    """Of the days together."""
    days: list[DayView]
    """Oldest first, also those on which nothing happened."""

    @classmethod
    def of(cls, summary: Summary) -> "SummaryView":
        days = [
            DayView(day=each.day, **FiguresView.model_validate(each.figures).model_dump())
            for each in summary.days
        ]
        return cls(totals=FiguresView.model_validate(summary.totals), days=days)
