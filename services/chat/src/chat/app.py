"""Puts chat together. Read this first: it names every part and joins them."""

from collections.abc import AsyncIterator

from fastapi import FastAPI

from chat import commands, routes
from chat.consumers import subscriptions
from chat.log import MessageLog
from chat.repository import MessageRepository, collection
from chat.settings import Settings
from chat.state import State
from chat.writers import Writers
from common import background, mongo, service, streams
from common.clock import utc_now
from common.outbox import Relay
from common.streams import Streams, hearers


async def opened(its: service.Resources) -> AsyncIterator[State]:
    relay = Relay(collection(its.db), its.bus, archived=False)
    messages = MessageRepository(its.db, written=relay.wake)
    access = its.access_list()
    for prepare in (relay.prepare, messages.prepare, access.prepare):
        await mongo.until_reachable(prepare)

    its.bus.subscribe("chat", subscriptions(access, messages))
    async with (
        background.running(its.bus.run(), relay.run()),
        Writers(messages, access.is_deleted, utc_now) as writers,
    ):
        yield State(
            **its.state(),
            messages=messages,
            writers=writers,
            access=access,
            bus=its.bus,
            streams=Streams(MessageLog(messages), its.verifier, hearers(access)),
        )


def create_app(settings: Settings) -> FastAPI:
    return service.create("chat", settings, opened, routes.router, commands.router, streams.router)
