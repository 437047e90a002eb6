"""Clients that ask without a pause and count every request that was not answered well."""

import asyncio
import itertools
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx

ANSWER_WITHIN = 15.0
_PARTS = 20
_PART = b" " * 10_000  # white space may follow JSON


@dataclass(frozen=True, slots=True)
class Call:
    """One kind of request; `body` makes a new one each time, and without it there is none."""

    method: str
    path: str
    body: Callable[[], object] | None = None
    status: int | None = None
    """What the answer must be when it is no 2xx."""


@dataclass
class Traffic:
    """What came of all requests."""

    answered: Counter[str] = field(default_factory=Counter)
    """By `GET /path 200`."""
    failures: list[str] = field(default_factory=list)
    """Requests that got no answer, or another than a good one."""
    tries: int = 1
    """How often something is asked while the answer is that there is too much to do."""
    shed: int = 0
    """Answers after which it was asked again."""

    @property
    def count(self) -> int:
        return self.answered.total() + len(self.failures)

    async def ask(self, http: httpx.AsyncClient, call: Call) -> None:
        content = json.dumps(call.body()).encode() if call.body else b""
        for _ in range(self.tries - 1):
            answer = await self._answer(http, call, content)
            if answer is None or not _is_shed(answer):
                break
            self.shed += 1
            await asyncio.sleep(float(answer.headers["Retry-After"]))
        else:
            answer = await self._answer(http, call, content)
        self._count(call, answer)

    async def upload(self, http: httpx.AsyncClient, call: Call, *, lasts: float) -> None:
        """The same, with a body that takes so many seconds to arrive."""
        assert call.body is not None
        content = _slowly(json.dumps(call.body()).encode(), lasts)
        self._count(call, await self._answer(http, call, content))

    async def _answer(
        self, http: httpx.AsyncClient, call: Call, content: bytes | AsyncIterator[bytes]
    ) -> httpx.Response | None:
        try:
            return await http.request(
                call.method,
                call.path,
                content=content,
                headers={"Content-Type": "application/json"} if content else {},
            )
        except httpx.TransportError as broken:
            self.failures.append(f"{call.method} {call.path}: {broken!r}")
            return None

    def _count(self, call: Call, answer: httpx.Response | None) -> None:
        name = f"{call.method} {call.path}"
        if answer is None:
            return
        if answer.is_success or answer.status_code == call.status:
            self.answered[f"{name} {answer.status_code}"] += 1
        else:
            self.failures.append(f"{name}: {answer.status_code} {answer.text[:200]}")


def _is_shed(answer: httpx.Response) -> bool:
    is_busy = answer.status_code == httpx.codes.SERVICE_UNAVAILABLE
    return is_busy and '"overloaded"' in answer.text


@asynccontextmanager
async def flowing(
    url: str,
    calls: Sequence[Call],
    *,
    token: str = "",
    uploads: Call | None = None,
    keeping: int = 3,
    not_keeping: int = 2,
    tries: int = 1,
) -> AsyncIterator[Traffic]:
    """Clients that ask `calls` in turn while the block lasts.

    `keeping` of them keep their connection, the others use each once; one more always has
    an upload of some seconds under way. `tries` is how often they ask a server that says it
    has too much to do.
    """
    traffic = Traffic(tries=tries)
    over = asyncio.Event()
    headers = {"Authorization": f"Bearer {token}"} if token else {}

    async def client(number: int) -> None:
        several = httpx.Limits(max_keepalive_connections=1 if number < keeping else 0)
        async with httpx.AsyncClient(
            base_url=url, headers=headers, limits=several, timeout=ANSWER_WITHIN
        ) as http:
            for call in itertools.islice(itertools.cycle(calls), number, None):
                if over.is_set():
                    return
                await traffic.ask(http, call)

    async def uploader(call: Call) -> None:
        async with httpx.AsyncClient(base_url=url, headers=headers, timeout=ANSWER_WITHIN) as http:
            for lasts in itertools.cycle((3.0, 1.7)):
                if over.is_set():
                    return
                await traffic.upload(http, call, lasts=lasts)

    async with asyncio.TaskGroup() as clients:
        for number in range(keeping + not_keeping):
            clients.create_task(client(number))
        if uploads:
            clients.create_task(uploader(uploads))
        try:
            yield traffic
        finally:
            over.set()


async def _slowly(content: bytes, lasts: float) -> AsyncIterator[bytes]:
    yield content
    for _ in range(_PARTS):
        await asyncio.sleep(lasts / _PARTS)
        yield _PART
