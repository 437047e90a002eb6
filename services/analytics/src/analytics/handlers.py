"""Load, decide, save: one function for each thing analytics can be asked to do."""

from datetime import datetime

from analytics import domain
from analytics.domain import COUNTED, CallQuality, Summary
from analytics.repository import EventRepository, QualityRepository
from analytics.requests import ReportQuality
from common.events import Event
from common.identity import Caller


async def keep(events: EventRepository, event: Event) -> None:
    """Keep a fact without what is personal; keeping it twice changes nothing."""
    await events.keep(domain.record(event))


async def summarize(events: EventRepository, *, days: int, at: datetime) -> Summary:
    """What happened on so many days up to and with the one of `at`, in UTC."""
    wanted = domain.days_until(at.date(), days=days)
    counts = await events.count(list(COUNTED.values()), first=wanted[0], last=wanted[-1])
    return domain.summarize(counts, wanted)


async def keep_quality(
    quality: QualityRepository, report: ReportQuality, *, by: Caller, at: datetime
) -> None:
    """Keep what the caller's client measured; keeping it twice changes nothing."""
    batch = CallQuality(
        id=f"{by.user_id}:{report.batch_id}",
        user_id=by.user_id,
        session_id=by.session_id,
        room_id=report.room_id,
        meeting_id=report.meeting_id,
        received_at=at,
        samples=[sample.model_dump(by_alias=False) for sample in report.samples],
    )
    await quality.keep(batch)
