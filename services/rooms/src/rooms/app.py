"""Puts rooms together. Read this first: it names every part and joins them."""

from collections.abc import AsyncIterator

from fastapi import FastAPI

from common import background, idempotency, mongo, service, streams
from common.outbox import Relay
from common.streams import Facts, Streams
from common.throttle import Throttle
from rooms.consumers import subscriptions
from rooms.expiry import close_expired
from rooms.passwords import Passwords
from rooms.repository import MeetingRepository, RoomRepository
from rooms.routes import router
from rooms.settings import Settings
from rooms.state import State


async def opened(its: service.Resources) -> AsyncIterator[State]:
    relay = Relay(its.db["rooms"], its.bus)
    rooms = RoomRepository(its.db, written=relay.wake)
    meetings = MeetingRepository(its.db)
    guard = Throttle(its.db)
    facts = Facts(its.db["rooms"])
    for prepare in (relay.prepare, rooms.prepare, meetings.prepare, guard.prepare, facts.prepare):
        await mongo.until_reachable(prepare)
    await mongo.until_reachable(lambda: idempotency.prepare(its.db))

    its.bus.subscribe("rooms", subscriptions(rooms, meetings))
    async with background.running(its.bus.run(), relay.run(), close_expired(rooms)):
        yield State(
            **its.state(),
            rooms=rooms,
            meetings=meetings,
            passwords=Passwords(),
            guard=guard,
            streams=Streams(facts, its.verifier, rooms.may_hear),
        )


def create_app(settings: Settings) -> FastAPI:
    return service.create("rooms", settings, opened, router, streams.router)
