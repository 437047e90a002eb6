"""Puts the gateway together. Read this first: it names every part and joins them."""

from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Self, TypedDict

import httpx
from aio_pika.abc import AbstractIncomingMessage
from fastapi import FastAPI

from common import background, health, telemetry, web
from common.bus import Bus
from common.clock import new_id, utc_now
from common.identity import Verifier
from gateway import readiness, upstreams
from gateway.announcements import Announcements
from gateway.contract import routes as contract
from gateway.contract.documents import Documents
from gateway.fanout import Fanout
from gateway.lateness import Lateness
from gateway.pages import client
from gateway.pages.client import WebClient
from gateway.pages.security import Cors, PagePolicy
from gateway.readiness import Readiness
from gateway.realtime.catching_up import CatchingUp
from gateway.realtime.commands import Commands
from gateway.realtime.gathering import Gathering
from gateway.realtime.listeners import Listeners
from gateway.realtime.order import Fact, Order
from gateway.realtime.services import Services
from gateway.realtime.sockets import Sockets
from gateway.realtime.switchboard import Switchboard
from gateway.rest.admission import Admission
from gateway.rest.front import Front
from gateway.rest.limits import Limits
from gateway.rest.proxy import Proxy
from gateway.settings import Settings
from gateway.upstreams import Upstreams


class State(TypedDict):
    """What a request can reach."""

    proxy: Proxy
    admission: Admission
    sockets: Sockets
    readiness: Readiness
    documents: Documents
    web_client: WebClient
    public_url: str


@dataclass(frozen=True, slots=True)
class Realtime:
    """What belongs to the sockets."""

    sockets: Sockets
    switchboard: Switchboard
    fanout: Fanout
    catching_up: CatchingUp
    announcements: Announcements
    bus: Bus

    @classmethod
    def of(
        cls,
        settings: Settings,
        upstreams: Upstreams,
        verifier: Verifier,
        limits: Limits,
    ) -> Self:
        gateway_id = new_id()
        url = settings.amqp_url.get_secret_value()
        bus = Bus(url)
        announcements = Announcements(bus, gateway_id, utc_now)
        listeners, order = Listeners(), Order()
        fanout = Fanout(url, listeners)
        switchboard = Switchboard(listeners, order, unheard=fanout.touch)
        catching_up = CatchingUp(
            upstreams, listeners, order, switchboard, bus_answers=lambda: fanout.is_open
        )

        def show(fact: Fact) -> None:
            switchboard.show(order.take(fact))
            catching_up.moved(fact.stream)

        sockets = Sockets(
            cors=Cors(settings.origins),
            limits=limits,
            verifier=verifier,
            listeners=listeners,
            switchboard=switchboard,
            fanout=fanout,
            commands=Commands(
                Services(upstreams),
                Gathering(upstreams, Services(upstreams)),
                listeners,
                fanout,
                order,
                gateway_id=gateway_id,
                show=show,
            ),
            announcements=announcements,
        )
        return cls(sockets, switchboard, fanout, catching_up, announcements, bus)

    def works(self) -> list[Coroutine[Any, Any, None]]:
        """What runs beside the requests."""
        return [
            self.bus.run(),
            self.fanout.run(self._deliver, self._resumed),
            self.catching_up.run(),
            self.announcements.run(),
            self.announcements.beat(),
            self.switchboard.watch(),
            self.sockets.pulse.run(),
        ]

    def _deliver(self, message: AbstractIncomingMessage) -> None:
        stream = self.switchboard.deliver(message)
        if stream is not None:
            self.catching_up.moved(stream)

    def _resumed(self) -> None:
        self.catching_up.look_now()
        self.switchboard.resync()  # for what has no number


async def opened(settings: Settings) -> AsyncIterator[State]:
    """Everything that runs while the gateway does."""
    limits = Limits(settings)
    policy = PagePolicy(settings.origins, settings.s3_public_url)
    async with httpx.AsyncClient(timeout=2.0) as http, upstreams.connected() as session:
        verifier = Verifier(settings.jwks_url, http)
        services = Upstreams(session, settings.services)
        realtime = Realtime.of(settings, services, verifier, limits)
        revocations, lateness = realtime.switchboard.revocations, Lateness()
        async with background.running(
            *realtime.works(), revocations.poll(http, settings.auth_url), lateness.run()
        ):
            yield State(
                proxy=Proxy(services),
                admission=Admission(verifier, revocations, limits, lateness),
                sockets=realtime.sockets,
                readiness=Readiness(
                    http,
                    settings.services,
                    bus_answers=lambda: realtime.fanout.is_open,
                    is_draining=lambda: realtime.sockets.draining,
                ),
                documents=Documents(http, settings.services),
                web_client=WebClient(settings.web_dir, policy),
                public_url=settings.public_url,
            )


def create_app(settings: Settings) -> Front:
    """The gateway, to be served by `__main__`."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[State]:
        telemetry.configure(
            "gateway", level=settings.log_level, otlp_endpoint=settings.otlp_endpoint
        )
        async with asynccontextmanager(opened)(settings) as state:
            yield state

    app = FastAPI(
        title="gateway", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None
    )
    web.render_problems(app)
    app.add_middleware(web.Edge, service="gateway")
    # Before `health.router`, whose own `/readyz` knows nothing of the services.
    app.include_router(readiness.router)
    app.include_router(health.router("gateway", needed={}))
    app.include_router(contract.router)
    app.include_router(client.router)
    return Front(app, settings)
