"""Puts signaling together. Read this first: it names every part and joins them."""

import asyncio
from collections.abc import AsyncIterator

from fastapi import FastAPI

from common import background, mongo, service, streams
from common.clock import utc_now
from common.outbox import Relay
from common.presence import Gateways
from common.requests import Requests
from common.streams import Facts, Streams, hearers
from signaling import commands, routes
from signaling.consumers import subscriptions
from signaling.forwarders import Forwarders
from signaling.partings import Partings
from signaling.repository import CallRepository, ClosedSockets
from signaling.settings import Settings
from signaling.state import State
from signaling.sweep import Sweep
from signaling.workers import Workers


def create_app(settings: Settings) -> FastAPI:
    async def opened(its: service.Resources) -> AsyncIterator[State]:
        relay = Relay(its.db["calls"], its.bus)
        parted = asyncio.Event()
        calls = CallRepository(its.db, written=relay.wake, parted=parted.set)
        closed = ClosedSockets(its.db)
        access = its.access_list()
        gateways = Gateways(its.db)
        workers = Workers(its.db)
        requests = Requests(settings.amqp_url.get_secret_value())
        forwarders = Forwarders(requests)
        facts = Facts(its.db["calls"])
        for prepare in (
            relay.prepare,
            calls.prepare,
            closed.prepare,
            workers.prepare,
            access.prepare,
            facts.prepare,
        ):
            await mongo.until_reachable(prepare)

        its.bus.subscribe(
            "signaling", subscriptions(calls, access, closed, gateways, workers, utc_now)
        )
        sweep = Sweep(calls, gateways, workers, its.bus)
        partings = Partings(calls, forwarders, woken=parted)
        async with background.running(
            its.bus.run(), requests.run(), relay.run(), sweep.run(), partings.run()
        ):
            yield State(
                **its.state(),
                calls=calls,
                access=access,
                closed=closed,
                workers=workers,
                forwarders=forwarders,
                relays=settings.relays(),
                bus=its.bus,
                streams=Streams(facts, its.verifier, hearers(access)),
            )

    return service.create(
        "signaling", settings, opened, routes.router, commands.router, streams.router
    )
