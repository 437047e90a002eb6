"""The HTTP edge of every service: problems rendered, requests traced, logged, counted."""

import time
from collections.abc import Awaitable, Mapping
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from opentelemetry.trace import SpanKind
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from common import mongo, problems, telemetry
from common.frames import Outcome, Reply
from common.health import REQUESTS, SECONDS

log = structlog.get_logger()

_STORE_AWAY = "The store does not answer; please try again."
MAX_BODY = 1 << 20
"""Bytes a JSON request may have; files go to the object store, not through a service."""


def document(
    status: int, code: str, message: str, members: dict[str, Any] | None = None
) -> dict[str, Any]:
    """A problem document (RFC 9457), with the `message` every error here has."""
    return {
        "type": f"/problems/{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": message,
        "message": message,
        "code": code,
        "traceId": telemetry.trace_id(),
        **(members or {}),
    }


def response(
    status: int,
    code: str,
    message: str,
    *,
    members: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> JSONResponse:
    """`document` as an answer."""
    return JSONResponse(
        document(status, code, message, members),
        status_code=status,
        media_type="application/problem+json",
        headers=headers,
    )


def told(problem: problems.Problem) -> dict[str, Any]:
    """The problem document of a refusal."""
    members = {_camel(name): value for name, value in problem.members.items()}
    return document(problem.status, problem.code, problem.message, members)


def refusal(problem: problems.Problem) -> JSONResponse:
    """`told` as an answer."""
    headers = {"Retry-After": str(problem.retry_after)} if problem.retry_after else {}
    if problem.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(
        told(problem),
        status_code=problem.status,
        media_type="application/problem+json",
        headers=headers,
    )


async def outcome(reply: Awaitable[Reply], trace: Mapping[str, str]) -> Outcome:
    """One reply among several of a request: a refusal of it refuses no other.

    It belongs to its own trace.
    """
    with telemetry.span("command", trace, SpanKind.SERVER):
        try:
            return Outcome(reply=await reply)
        except problems.Problem as problem:
            return Outcome(status=problem.status, problem=told(problem))
        except mongo.AWAY:
            return Outcome(status=503, problem=document(503, "unavailable", _STORE_AWAY))


def render_problems(app: FastAPI) -> None:
    """Answer every refusal, mistake and outage with a problem document."""

    async def refused(_: Request, problem: Exception) -> JSONResponse:
        assert isinstance(problem, problems.Problem)
        return refusal(problem)

    async def invalid(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        found = error.errors()
        if any(each["type"] == "json_invalid" for each in found):
            return response(400, "malformed-json", "The request body is not valid JSON.")
        errors = [
            {"path": ".".join(str(part) for part in each["loc"][1:]), "message": each["msg"]}
            for each in found
        ]
        first = errors[0]
        message = f"{first['path']}: {first['message']}" if first["path"] else first["message"]
        return response(422, "validation-failed", message, members={"errors": errors})

    async def plain(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        if isinstance(
            error.__cause__, problems.Problem
        ):  # FastAPI wraps what reading a body raises
            return await refused(request, error.__cause__)
        phrase = HTTPStatus(error.status_code).phrase
        code = phrase.lower().replace(" ", "-")
        return response(
            error.status_code, code, phrase, headers=dict(error.headers) if error.headers else None
        )

    async def store_away(_: Request, __: Exception) -> JSONResponse:
        return response(503, "unavailable", _STORE_AWAY, headers={"Retry-After": "2"})

    async def no_text(_: Request, __: Exception) -> JSONResponse:
        # JSON can spell half a surrogate pair, which no store and no hash can take.
        return response(422, "invalid-unicode", "The text holds characters that are not Unicode.")

    async def bug(request: Request, error: Exception) -> JSONResponse:
        # This runs outside `Edge`, so the trace is found in the scope.
        trace = request.scope.get("trace_id", "")
        log.error("request failed", trace_id=trace, exc_info=error)
        message = "Something went wrong here; it has been noted."
        return response(500, "internal-error", message, members={"traceId": trace})

    app.add_exception_handler(Exception, bug)
    app.add_exception_handler(UnicodeEncodeError, no_text)
    app.add_exception_handler(problems.Problem, refused)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, plain)
    for away in mongo.AWAY:
        app.add_exception_handler(away, store_away)


class Edge:
    """ASGI middleware: one trace, one log line, one measurement for each request.

    Refuses bodies over `MAX_BODY` as soon as they pass it.
    """

    def __init__(self, app: ASGIApp, service: str) -> None:
        self._app = app
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {
            key.decode("latin-1"): value.decode("latin-1") for key, value in scope["headers"]
        }
        started = time.perf_counter()
        status = 500

        async def sent(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        with (
            telemetry.span(scope["method"], headers, SpanKind.SERVER) as trace_id,
            structlog.contextvars.bound_contextvars(trace_id=trace_id),
        ):
            scope["trace_id"] = trace_id
            try:
                await self._app(scope, _bounded(receive, headers), sent)
            finally:
                self._told(scope, status, time.perf_counter() - started)

    def _told(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "unmatched")
        REQUESTS.labels(self._service, route, status).inc()
        SECONDS.labels(self._service, route).observe(seconds)
        quiet = route in {"/healthz", "/readyz", "/metrics"}
        (log.debug if quiet else log.info)(
            "request answered",
            method=scope["method"],
            route=route,
            status=status,
            ms=round(seconds * 1000, 1),
        )


class BodyTooLarge(problems.Problem):
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    code = "body-too-large"

    def __init__(self, message: str = f"A request body has at most {MAX_BODY} bytes.") -> None:
        super().__init__(message)


def _bounded(receive: Receive, headers: dict[str, str]) -> Receive:
    announced = headers.get("content-length", "0")
    if announced.isdigit() and int(announced) > MAX_BODY:

        async def refuse() -> Message:
            raise BodyTooLarge

        return refuse

    received = 0

    async def count() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > MAX_BODY:
            raise BodyTooLarge
        return message

    return count


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.title() for part in rest)
