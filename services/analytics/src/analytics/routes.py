"""analytics over HTTP: who may call what."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from analytics import handlers
from analytics.repository import EventRepository
from analytics.requests import SummaryView
from common.identity import Administrator
from common.service import State as CommonState


class State(CommonState):
    """What a request to analytics can reach."""

    events: EventRepository


def _events(request: Request) -> EventRepository:
    return request.state.events  # type: ignore[no-any-return]


def _now(request: Request) -> datetime:
    return request.state.clock()  # type: ignore[no-any-return]


Events = Annotated[EventRepository, Depends(_events)]
Now = Annotated[datetime, Depends(_now)]
Days = Annotated[int, Query(ge=1, le=365, description="How many, up to and with today (UTC).")]

router = APIRouter(prefix="/analytics", tags=["analytics"])


@router.get("/summary")
async def summary(events: Events, _: Administrator, now: Now, days: Days = 30) -> SummaryView:
    """What happened on each of the last days and in all of them together."""
    return SummaryView.of(await handlers.summarize(events, days=days, at=now))
