"""analytics over HTTP: who may call what."""

from typing import Annotated

from fastapi import APIRouter, Query

from analytics import handlers
from analytics.requests import SummaryView
from analytics.state import Events
from common.identity import Administrator
from common.state import Now

Days = Annotated[int, Query(ge=1, le=365, description="How many, up to and with today (UTC).")]

router = APIRouter(prefix="/analytics", tags=["analytics"])


@router.get("/summary")
async def summary(events: Events, _: Administrator, now: Now, days: Days = 30) -> SummaryView:
    """What happened on each of the last days and in all of them together."""
    return SummaryView.of(await handlers.summarize(events, days=days, at=now))
