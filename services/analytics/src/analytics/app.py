"""Puts analytics together. Read this first: it names every part and joins them."""

from collections.abc import AsyncIterator

from fastapi import FastAPI

from analytics.consumers import subscriptions
from analytics.repository import EventRepository, QualityRepository
from analytics.routes import router
from analytics.settings import Settings
from analytics.state import State
from common import background, mongo, service


async def opened(its: service.Resources) -> AsyncIterator[State]:
    events = EventRepository(its.db)
    quality = QualityRepository(its.db)
    await mongo.until_reachable(events.prepare)
    await mongo.until_reachable(quality.prepare)

    its.bus.subscribe("analytics", subscriptions(events))
    async with background.running(its.bus.run()):
        yield State(**its.state(), events=events, quality=quality)


def create_app(settings: Settings) -> FastAPI:
    return service.create("analytics", settings, opened, router)
