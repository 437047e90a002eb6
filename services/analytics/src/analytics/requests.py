"""What analytics answers, as JSON."""

from analytics.domain import Summary
from common.wire import Wire


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
