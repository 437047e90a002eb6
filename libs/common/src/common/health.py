"""Whether a program lives, is ready, and how it fares."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from importlib.metadata import version

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Histogram, generate_latest

Check = Callable[[], Awaitable[bool]]

REQUESTS = Counter("convo_requests", "Requests answered.", ["service", "route", "status"])
SECONDS = Histogram(
    "convo_request_seconds",
    "Time to answer a request.",
    ["service", "route"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
STARTED_AT = time.time()


def router(
    service: str, *, needed: Mapping[str, Check], helpful: Mapping[str, Check] | None = None
) -> APIRouter:
    """The addresses that operators and the gateway ask.

    Readiness is red when something `needed` fails, or the program is being stopped;
    what is `helpful` is only reported as degraded. Liveness depends on nothing, so
    that a dependency that is away never causes a storm of restarts. A program listens
    once it has started, so that any answer says so.
    """
    routes = APIRouter(tags=["health"], include_in_schema=False)
    helpful = helpful or {}

    @routes.get("/healthz")
    @routes.get("/livez")
    @routes.get("/startupz")
    async def alive() -> dict[str, str]:
        return {"status": "ok"}

    @routes.get("/readyz")
    async def ready(request: Request) -> JSONResponse:
        names = [*needed, *helpful]
        answers = await asyncio.gather(
            *(_passes(check) for check in (*needed.values(), *helpful.values()))
        )
        checks = dict(zip(names, answers, strict=True))
        leaving = getattr(request.state, "draining", False)
        green = not leaving and all(checks[name] for name in needed)
        status = "not ready" if not green else "ready" if all(answers) else "degraded"
        return JSONResponse(
            {"service": service, "status": status, "checks": checks},
            status_code=200 if green else 503,
        )

    @routes.get("/metrics")
    async def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    @routes.get("/version")
    async def told_version() -> dict[str, str | float]:
        return {
            "service": service,
            "version": version(f"convo-{service}"),
            "startedAt": STARTED_AT,
        }

    return routes


async def _passes(check: Check) -> bool:
    try:
        async with asyncio.timeout(1):
            return await check()
    except TimeoutError:
        return False
