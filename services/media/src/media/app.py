"""Puts media together. Read this first: it names every part and joins them."""

from collections.abc import AsyncIterator

from fastapi import FastAPI

from common import background, idempotency, mongo, service
from common.outbox import Relay
from media.objects import Objects
from media.pictures import Pictures
from media.repository import FileRepository
from media.routes import router
from media.settings import Settings
from media.state import State
from media.sweep import Sweep


def create_app(settings: Settings) -> FastAPI:
    objects = Objects(settings)

    async def opened(its: service.Resources) -> AsyncIterator[State]:
        relay = Relay(its.db["files"], its.bus)
        files = FileRepository(its.db, written=relay.wake)
        sweep = Sweep(files, objects)
        for prepare in (relay.prepare, files.prepare):
            await mongo.until_reachable(prepare)
        await mongo.until_reachable(lambda: idempotency.prepare(its.db))

        works = (its.bus.run(), relay.run(), sweep.run(), objects.prepare())
        async with background.running(*works):
            yield State(
                **its.state(), files=files, objects=objects, pictures=Pictures(), sweep=sweep
            )

    return service.create("media", settings, opened, router, helpful={"s3": objects.answer})
