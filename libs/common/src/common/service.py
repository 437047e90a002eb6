"""What every service is given, and how it is started."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import httpx
from fastapi import APIRouter, FastAPI

from common import health, mongo, server, telemetry, web
from common.access import AccessList
from common.bus import Bus
from common.clock import utc_now
from common.identity import LEEWAY, Verifier
from common.mongo import Database
from common.settings import ServiceSettings
from common.state import State

S = TypeVar("S", bound=ServiceSettings)

# Services close a connection idle for 5 s: never take one up at that moment.
_POOL = httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=4.0)


@dataclass(frozen=True, slots=True)
class Resources:
    """The connections a service holds while it runs."""

    db: Database
    bus: Bus
    http: httpx.AsyncClient
    verifier: Verifier
    settings: ServiceSettings

    def state(self) -> State:
        return State(db=self.db, verifier=self.verifier, clock=utc_now)

    def access_list(self) -> AccessList:
        """The service's own copy of who may take part in which room."""
        return AccessList(self.db, self.settings.rooms_url, self.http)

    async def store_answers(self) -> bool:
        try:
            await self.db.command("ping")
        except mongo.AWAY:
            return False
        return True

    async def clock_agrees(self) -> bool:
        """Whether our clock is MongoDB's, but for what tokens tolerate."""
        try:
            told = await self.db.command("hello", codec_options=self.db.codec_options)
        except mongo.AWAY:
            return True  # nothing is known against it
        theirs: datetime = told["localTime"]
        return abs(utc_now() - theirs) <= LEEWAY


def create(
    name: str,
    settings: ServiceSettings,
    opened: Callable[[Resources], AsyncIterator[State]],
    *routers: APIRouter,
    helpful: Mapping[str, health.Check] | None = None,
) -> FastAPI:
    """An application with everything services have in common around its `routers`.

    `opened` is the service's own lifespan: an async generator that is given the
    resources and yields the state for requests. `helpful` is what it can do without
    for a while, beside the bus.
    """
    resources: list[Resources] = []

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[State]:
        telemetry.configure(name, level=settings.log_level, otlp_endpoint=settings.otlp_endpoint)
        client = mongo.connect(settings.mongo_url.get_secret_value())
        async with httpx.AsyncClient(timeout=2.0, limits=_POOL) as http:
            held = Resources(
                db=client[settings.database],
                bus=Bus(settings.amqp_url.get_secret_value()),
                http=http,
                verifier=Verifier(settings.jwks_url, http),
                settings=settings,
            )
            resources[:] = [held]
            async with asynccontextmanager(opened)(held) as state:
                yield state
        client.close()

    async def store_answers() -> bool:
        return bool(resources) and await resources[0].store_answers()

    async def clock_agrees() -> bool:
        return bool(resources) and await resources[0].clock_agrees()

    async def bus_answers() -> bool:
        return bool(resources) and await resources[0].bus.reachable()

    app = FastAPI(
        title=name,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        responses={400: {"description": "Malformed JSON"}},
    )
    web.render_problems(app)
    app.add_middleware(web.Edge, service=name)
    needed = {"mongo": store_answers, "clock": clock_agrees}
    helps = {"rabbitmq": bus_answers, **(helpful or {})}
    app.include_router(health.router(name, needed=needed, helpful=helps))
    for router in routers:
        app.include_router(router)
    return app


def serve(create_app: Callable[[S], FastAPI], settings: S) -> None:
    """Serve until SIGTERM: stop taking requests, finish those begun, close."""
    app = create_app(settings)
    config = server.configured(app, host=settings.host, port=settings.port, ws="none")
    server.serve(server.Server(config))
