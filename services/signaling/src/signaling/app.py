"""Puts signaling together. Read this first: it names every part and joins them."""

from collections.abc import AsyncIterator

from fastapi import FastAPI

from common import background, mongo, service, streams
from common.clock import utc_now
from common.outbox import Relay
from common.presence import Gateways
from common.streams import Facts, Streams, hearers
from signaling import commands, routes
from signaling.consumers import subscriptions
from signaling.repository import CallRepository, ClosedSockets
from signaling.settings import Settings
from signaling.state import State
from signaling.sweep import Sweep


def create_app(settings: Settings) -> FastAPI:
    async def opened(its: service.Resources) -> AsyncIterator[State]:
        relay = Relay(its.db["calls"], its.bus)
        calls = CallRepository(its.db, written=relay.wake)
        closed = ClosedSockets(its.db)
        access = its.access_list()
        gateways = Gateways(its.db)
        facts = Facts(its.db["calls"])
        for prepare in (
            relay.prepare,
            calls.prepare,
            closed.prepare,
            access.prepare,
            facts.prepare,
        ):
            await mongo.until_reachable(prepare)

        its.bus.subscribe("signaling", subscriptions(calls, access, closed, gateways, utc_now))
        sweep = Sweep(calls, gateways, its.bus)
        async with background.running(its.bus.run(), relay.run(), sweep.run()):
            yield State(
                **its.state(),
                calls=calls,
                access=access,
                closed=closed,
                relays=settings.relays(),
                bus=its.bus,
                streams=Streams(facts, its.verifier, hearers(access)),
            )

    return service.create(
        "signaling", settings, opened, routes.router, commands.router, streams.router
    )
