"""Passes one request on to a service and its answer back, both as streams."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

import aiohttp
import structlog
from starlette.types import Message, Receive, Send
from yarl import URL

from common.problems import Problem, Unavailable
from common.web import MAX_BODY, BodyTooLarge
from gateway.rest import headers as heads
from gateway.rest.routing import Target

log = structlog.get_logger()

MAX_STREAM = 100 << 20
"""Bytes a body that is not JSON may have."""
ANSWER_WITHIN = 30.0
"""Seconds a service has for its whole answer."""
WAITS = (0.1, 0.2, 0.4, 0.8, 1.5, 2.0)
"""Seconds before each further try while a service restarts: 5 s together."""
_IN_ONE = 64 << 10  # an answer up to this size is sent in one piece


class ServiceAway(Unavailable):
    """The service that owns the address does not answer."""

    code = "service-away"

    def __init__(self) -> None:
        super().__init__("This part of the platform is not available right now; please try again.")


class ServiceTooSlow(Problem):
    status = HTTPStatus.GATEWAY_TIMEOUT
    code = "service-too-slow"
    transient = True

    def __init__(self) -> None:
        super().__init__("The answer took too long; please try again.")


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


def connected() -> aiohttp.ClientSession:
    """The connections to all services; call it inside the running loop."""
    return aiohttp.ClientSession(
        # A service closes a connection idle for 5 s: never take one up at that moment.
        connector=aiohttp.TCPConnector(limit=0, limit_per_host=128, keepalive_timeout=4),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        timeout=aiohttp.ClientTimeout(total=ANSWER_WITHIN, sock_connect=2),
        skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
    )


def waits(errand: Errand) -> tuple[float, ...]:
    """Seconds before each further try when the service cannot be reached."""
    if not errand.is_json and errand.length != 0:
        return ()  # a stream is gone once it was read
    if errand.method in {"GET", "HEAD"} or (errand.method == "POST" and errand.has_key):
        return WAITS
    return WAITS[:1] if errand.method in {"PUT", "DELETE", "OPTIONS"} else ()


class Proxy:
    """Carries errands to the services at `addresses`."""

    def __init__(self, session: aiohttp.ClientSession, addresses: Mapping[str, str]) -> None:
        self._session = session
        self._addresses = addresses

    async def pass_on(self, errand: Errand, receive: Receive, send: Send) -> int:
        """Send the request to its service and the answer to the client; returns the status.

        Raises:
            BodyTooLarge: The body is larger than its kind may be.
            ServiceAway: The service cannot be reached, even after waiting.
            ServiceTooSlow: It did not begin to answer in time.
            ClientGone: There is nobody to answer.
        """
        body = await _body(errand, receive)
        answer = await self._ask(errand, body)
        async with answer:
            await _tell(answer, errand, receive, send)
        return answer.status

    async def _ask(
        self, errand: Errand, body: bytes | AsyncIterator[bytes] | None
    ) -> aiohttp.ClientResponse:
        address = self._addresses[errand.target.service] + errand.target.path
        if errand.query:
            address = f"{address}?{heads.query(errand.query)}"
        url = URL(address, encoded=True)
        for wait in (*waits(errand), None):
            try:
                return await self._session.request(
                    errand.method, url, headers=errand.headers, data=body, allow_redirects=False
                )
            except aiohttp.ConnectionTimeoutError:
                raise ServiceAway from None
            except TimeoutError:
                raise ServiceTooSlow from None
            except aiohttp.ClientError as away:
                _reraise_ours(away)
                if wait is None:
                    raise ServiceAway from away
                await asyncio.sleep(wait)
        raise AssertionError


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


def _reraise_ours(away: aiohttp.ClientError) -> None:
    """What went wrong while the body was read from the client is not the service's fault."""
    for cause in (away, away.__cause__, away.__context__):
        if isinstance(cause, BodyTooLarge | ClientGone):
            raise cause from None


async def _tell(
    answer: aiohttp.ClientResponse, errand: Errand, receive: Receive, send: Send
) -> None:
    length = answer.content_length
    empty = errand.method == "HEAD" or answer.status in {204, 304}
    in_one = empty or (length is not None and length <= _IN_ONE)
    try:
        whole = await answer.read() if in_one else b""
    except TimeoutError:
        raise ServiceTooSlow from None
    except aiohttp.ClientError as away:
        raise ServiceAway from away
    await send(
        {
            "type": "http.response.start",
            "status": answer.status,
            "headers": heads.for_client(answer.raw_headers) + errand.added,
        }
    )
    if in_one:
        await send({"type": "http.response.body", "body": whole})
    else:
        # While a streamed request is still read, only that reading may ask for more.
        is_read = errand.is_json or errand.length == 0
        await _stream(answer, receive if is_read else _nothing, send)


async def _stream(answer: aiohttp.ClientResponse, receive: Receive, send: Send) -> None:
    """Pass the body on as fast as the client takes it, while there is one."""
    gone = asyncio.ensure_future(_gone(receive))
    try:
        async for part in answer.content.iter_any():
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
