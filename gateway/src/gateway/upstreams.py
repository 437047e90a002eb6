"""Asks services: the right replica, for as long as it makes sense, again where that is harmless."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

import aiohttp
from yarl import URL

from common.problems import Problem, Unavailable
from gateway.replicas import Replica, choose

WAITS = (0.1, 0.2, 0.4, 0.8, 1.5, 2.0)
"""Seconds before each further try while a service restarts: 5 s together."""
ANSWER_WITHIN = 10.0
"""Seconds a service has to begin its answer."""
SOONER = 2.0
"""Seconds the first one asked has when another replica could answer instead."""
IN_ONE = 64 << 10
"""Bytes up to which an answer is read whole before it counts as one."""


class ServiceAway(Unavailable):
    """The service that owns the address does not answer."""

    code = "service-away"

    def __init__(self) -> None:
        super().__init__("This part of the platform is not available right now; please try again.")


class ServiceTooSlow(Problem):
    status = HTTPStatus.GATEWAY_TIMEOUT
    code = "service-too-slow"
    transient = True
    retry_after = 2

    def __init__(self) -> None:
        super().__init__("The answer took too long; please try again.")


@dataclass(frozen=True, slots=True)
class Question:
    """One request to a service."""

    service: str
    method: str
    path: str
    """With its query, percent-encoded."""
    headers: Sequence[tuple[str, str]]
    body: bytes | AsyncIterator[bytes] | None = None
    key: str | None = None
    """Questions with the same key go to the same replica while it works."""
    waits: Sequence[float] = ()
    """Seconds before each further try; none when asking twice could do harm."""
    whole: bool = False
    """Whether an answer of any size is read before it counts as one."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service said; `whole` is its body unless that is still to be read."""

    response: aiohttp.ClientResponse
    whole: bytes | None


def connected() -> aiohttp.ClientSession:
    """The connections to all services; call it inside the running loop."""
    return aiohttp.ClientSession(
        # A service closes a connection idle for 5 s: never take one up at that moment.
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=4),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=2, sock_read=30),
        skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
    )


class Upstreams:
    """The replicas at `addresses`, by service."""

    def __init__(
        self, session: aiohttp.ClientSession, addresses: Mapping[str, Sequence[str]]
    ) -> None:
        self._session = session
        self._replicas = {
            service: [Replica(address) for address in known] for service, known in addresses.items()
        }

    async def ask(self, question: Question) -> Answer:
        """The answer, from whichever replica gave one.

        A replica that cannot be reached or breaks off is asked again, or another one is,
        as `question.waits` allows; one that lets its time pass only where there is another.

        Raises:
            ServiceAway: No replica can be reached, even after waiting.
            ServiceTooSlow: None began to answer in time.
            Overloaded: They have too much to do already.
        """
        replicas = self._replicas[question.service]
        tried: list[Replica] = []
        for wait in (*question.waits, None):
            now = asyncio.get_running_loop().time()
            replica = choose(replicas, key=question.key, now=now, avoiding=tried)
            others = len({*replicas} - {*tried, replica}) if wait is not None else 0
            try:
                return await self._try(replica, question, others=others)
            except TimeoutError:
                if not others:
                    raise ServiceTooSlow from None
            except aiohttp.ClientError as away:
                if wait is None:
                    raise ServiceAway from away
                if not others:
                    await asyncio.sleep(wait)
            tried = [*tried, replica] if others else []
        raise AssertionError

    async def _try(self, replica: Replica, question: Question, *, others: int) -> Answer:
        """Raises `TimeoutError` and `ClientError` when the replica failed."""
        loop = asyncio.get_running_loop()
        if replica.hangs(loop.time()):
            raise ServiceAway
        if isinstance(question.body, AsyncIterator):
            # As long as the client sends; what breaks then may be the client's own doing.
            return await self._request(replica, question)
        patience = SOONER if others else ANSWER_WITHIN
        async with replica.places.one():
            replica.tried(loop.time(), patience)
            try:
                async with asyncio.timeout(patience):
                    answer = await self._request(replica, question)
            except aiohttp.ConnectionTimeoutError as away:
                replica.failed(loop.time(), silently=False)
                raise aiohttp.ClientConnectionError from away
            except (TimeoutError, aiohttp.ClientError) as failed:
                replica.failed(loop.time(), silently=isinstance(failed, TimeoutError))
                raise
        replica.answered()
        return answer

    async def _request(self, replica: Replica, question: Question) -> Answer:
        response = await self._session.request(
            question.method,
            URL(replica.address + question.path, encoded=True),
            headers=question.headers,
            data=question.body,
            allow_redirects=False,
        )
        length = response.content_length
        empty = question.method == "HEAD" or response.status in {204, 304}
        if empty or question.whole or (length is not None and length <= IN_ONE):
            async with response:
                return Answer(response, await response.read())
        return Answer(response, None)
