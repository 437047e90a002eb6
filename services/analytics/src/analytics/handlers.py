"""Load, decide, save: one function for each thing analytics can be asked to do."""

from datetime import datetime

from analytics import domain
from analytics.domain import COUNTED, Summary
from analytics.repository import EventRepository
from common.events import Event


async def keep(events: EventRepository, event: Event) -> None:
    """Keep a fact without what is personal; keeping it twice changes nothing."""
    await events.keep(domain.record(event))


async def summarize(events: EventRepository, *, days: int, at: datetime) -> Summary:
    """What happened on so many days up to and with the one of `at`, in UTC."""
    wanted = domain.days_until(at.date(), days=days)
    counts = await events.count(list(COUNTED.values()), first=wanted[0], last=wanted[-1])
    return domain.summarize(counts, wanted)
