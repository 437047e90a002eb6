"""Puts notify together. Read this first: it names every part and joins them."""

from collections.abc import AsyncIterator

from fastapi import FastAPI

from common import background, idempotency, mongo, service
from common.outbox import Relay
from notify.consumers import subscriptions
from notify.repository import NotificationRepository
from notify.routes import router
from notify.settings import Settings
from notify.state import State


async def opened(its: service.Resources) -> AsyncIterator[State]:
    relay = Relay(its.db["notifications"], its.bus)
    notifications = NotificationRepository(its.db, written=relay.wake)
    access = its.access_list()
    for prepare in (relay.prepare, notifications.prepare, access.prepare):
        await mongo.until_reachable(prepare)
    await mongo.until_reachable(lambda: idempotency.prepare(its.db))

    its.bus.subscribe("notify", subscriptions(notifications, access))
    async with background.running(its.bus.run(), relay.run()):
        yield State(**its.state(), notifications=notifications, access=access, bus=its.bus)


def create_app(settings: Settings) -> FastAPI:
    return service.create("notify", settings, opened, router)
