"""Which facts analytics hears, and what it does with each."""

from typing import Any

from analytics import handlers
from analytics.repository import EventRepository
from common.bus import Subscription
from common.events import Event
from common.topology import READERS


def subscriptions(events: EventRepository) -> list[Subscription[Any]]:
    """Every fact is kept."""

    async def happened(event: Event) -> None:
        await handlers.keep(events, event)

    return [Subscription(fact, happened) for fact in READERS["analytics"]]
