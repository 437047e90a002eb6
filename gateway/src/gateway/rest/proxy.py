"""Passes one request on to a service and its answer back, both as streams."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import aiohttp
import structlog
from starlette.types import Message, Receive, Send

from common.web import MAX_BODY, BodyTooLarge
from gateway.rest import headers as heads
from gateway.rest.routing import Target
from gateway.upstreams import WAITS, Answer, Question, ServiceAway, Upstreams

log = structlog.get_logger()

MAX_STREAM = 100 << 20
"""Bytes a body that is not JSON may have."""


class ClientGone(Exception):  # noqa: N818 - nobody is left to call it an error
    """The client went away before its request had arrived."""


@dataclass(frozen=True, slots=True)
class Errand:
    """One request on its way to a service."""

    method: str
    target: Target
    query: bytes
    headers: list[tuple[str, str]]
    is_json: bool
    """Whether the body is JSON, or of no stated kind: held whole, at most `MAX_BODY`."""
    length: int | None
    """Announced bytes of the body; 0 without one, None when it comes in chunks."""
    has_key: bool = False
    """Whether an `Idempotency-Key` makes it harmless to repeat."""
    added: list[tuple[bytes, bytes]] = field(default_factory=list)
    """Headers the gateway puts on the answer."""


def waits(errand: Errand) -> tuple[float, ...]:
    """Seconds before each further try when the service cannot be reached."""
    if not errand.is_json and errand.length != 0:
        return ()  # a stream is gone once it was read
    if errand.method in {"GET", "HEAD"} or (errand.method == "POST" and errand.has_key):
        return WAITS
    return WAITS[:1] if errand.method in {"PUT", "DELETE", "OPTIONS"} else ()


class Proxy:
    """Carries errands to the services."""

    def __init__(self, upstreams: Upstreams) -> None:
        self._upstreams = upstreams

    async def pass_on(self, errand: Errand, receive: Receive, send: Send) -> int:
        """Send the request to its service and the answer to the client; returns the status.

        Raises:
            BodyTooLarge: The body is larger than its kind may be.
            ServiceAway: The service cannot be reached, even after waiting.
            ServiceTooSlow: It did not begin to answer in time.
            Overloaded: It has too much to do already.
            ClientGone: There is nobody to answer.
        """
        path = errand.target.path
        question = Question(
            service=errand.target.service,
            method=errand.method,
            path=f"{path}?{heads.query(errand.query)}" if errand.query else path,
            headers=errand.headers,
            body=await _body(errand, receive),
            waits=waits(errand),
        )
        try:
            answer = await self._upstreams.ask(question)
        except ServiceAway as away:
            _reraise_ours(away.__cause__)
            raise
        await _tell(answer, errand, receive, send)
        return answer.response.status


async def _body(errand: Errand, receive: Receive) -> bytes | AsyncIterator[bytes] | None:
    limit = MAX_BODY if errand.is_json else MAX_STREAM
    if errand.length is not None and errand.length > limit:
        raise BodyTooLarge(f"A request body has at most {limit} bytes here.")
    if errand.length == 0:
        return None
    parts = _parts(receive, limit)
    return b"".join([part async for part in parts]) if errand.is_json else parts


async def _parts(receive: Receive, limit: int) -> AsyncIterator[bytes]:
    received = 0
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        part = message.get("body", b"")
        received += len(part)
        if received > limit:
            raise BodyTooLarge(f"A request body has at most {limit} bytes here.")
        if part:
            yield part
        more = message.get("more_body", False)


def _reraise_ours(broken: BaseException | None) -> None:
    """What went wrong while the body was read from the client is not the service's fault."""
    for cause in (broken, getattr(broken, "__cause__", None), getattr(broken, "__context__", None)):
        if isinstance(cause, BodyTooLarge | ClientGone):
            raise cause from None


async def _tell(answer: Answer, errand: Errand, receive: Receive, send: Send) -> None:
    response = answer.response
    await send(
        {
            "type": "http.response.start",
            "status": response.status,
            "headers": heads.for_client(response.raw_headers) + errand.added,
        }
    )
    if answer.whole is not None:
        await send({"type": "http.response.body", "body": answer.whole})
        return
    # While a streamed request is still read, only that reading may ask for more.
    is_read = errand.is_json or errand.length == 0
    async with response:
        await _stream(response, receive if is_read else _nothing, send)


async def _stream(response: aiohttp.ClientResponse, receive: Receive, send: Send) -> None:
    """Pass the body on as fast as the client takes it, while there is one."""
    gone = asyncio.ensure_future(_gone(receive))
    try:
        async for part in response.content.iter_any():
            if gone.done():
                return
            await send({"type": "http.response.body", "body": part, "more_body": True})
    except (aiohttp.ClientError, TimeoutError) as broken:
        # Too late for another status: the client learns it from a body that is cut off.
        log.warning("answer broken off", error=type(broken).__name__)
        return
    finally:
        gone.cancel()
    await send({"type": "http.response.body", "body": b""})


async def _nothing() -> Message:
    return await asyncio.get_running_loop().create_future()  # type: ignore[no-any-return]


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
