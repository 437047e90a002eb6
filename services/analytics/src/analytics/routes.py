"""analytics over HTTP: who may call what."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from analytics import handlers
from analytics.requests import ReportQuality, SummaryView
from analytics.state import Events, Quality
from common.identity import Administrator, CurrentCaller
from common.state import Now
from common.web import BodyTooLarge

MOST_BYTES = 64 * 1024
"""Of one report: what a browser sends of a page that is being closed is no more."""


async def _small(request: Request) -> None:
    if len(await request.body()) > MOST_BYTES:
        raise BodyTooLarge(f"A report has at most {MOST_BYTES} bytes.")


Days = Annotated[int, Query(ge=1, le=365, description="How many, up to and with today (UTC).")]

router = APIRouter(prefix="/analytics", tags=["analytics"])


@router.get("/summary")
async def summary(events: Events, _: Administrator, now: Now, days: Days = 30) -> SummaryView:
    """What happened on each of the last days and in all of them together."""
    return SummaryView.of(await handlers.summarize(events, days=days, at=now))


@router.post("/call-quality", status_code=204, dependencies=[Depends(_small)])
async def report_quality(
    report: ReportQuality, quality: Quality, caller: CurrentCaller, now: Now
) -> None:
    """Tell how a call's media arrived at the caller; kept for 30 days."""
    await handlers.keep_quality(quality, report, by=caller, at=now)
