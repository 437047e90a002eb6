"""How a request is refused at the door."""

import asyncio
from collections.abc import Awaitable, Mapping
from contextlib import suppress
from typing import Any

import structlog
from opentelemetry.trace import SpanKind
from starlette.types import Message, Receive, Scope, Send

from common import telemetry, web
from common.problems import Problem
from gateway.places import Overloaded
from gateway.rest import routing
from gateway.rest.limits import TooOften

log = structlog.get_logger()

_LINGER = 3.0  # seconds
_LINGER_BYTES = 16 << 20


async def refuse(
    problem: Problem,
    scope: Scope,
    receive: Receive,
    send: Send,
    trace: Mapping[str, str] | None = None,
) -> None:
    """Answer with the problem, and with the headers that tell what to do about it."""
    with telemetry.span("refuse", trace or {}, SpanKind.INTERNAL) as trace_id:
        answer = web.refusal(problem)
    more: dict[str, Any] = {}
    if isinstance(problem, TooOften):
        more = problem.headers
    elif isinstance(problem, routing.MethodNotAllowed):
        more = {"Allow": problem.allowed}
    elif isinstance(problem, web.BodyTooLarge):
        more = {"Connection": "close"}
        send = _after(_rest_of_body(receive), send)
    answer.headers.update(more)
    if not isinstance(problem, Overloaded):  # those are counted, and there are many
        log.info(
            "request refused",
            method=scope["method"],
            code=problem.code,
            status=int(problem.status),
            trace_id=trace_id,
        )
    await answer(scope, receive, send)


def _after(wait: Awaitable[None], send: Send) -> Send:
    """Tell the answer at once, and end it only after `wait`."""

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.body":
            await send({**message, "more_body": True})
            await wait
            message = {"type": "http.response.body", "body": b""}
        await send(message)

    return sent


async def _rest_of_body(receive: Receive) -> None:
    """Read some more: most clients look for an answer only when they have sent everything."""
    left = _LINGER_BYTES
    with suppress(TimeoutError):
        async with asyncio.timeout(_LINGER):
            while left > 0:
                message = await receive()
                left -= len(message.get("body", b""))
                if not message.get("more_body", False):
                    return
