"""A pytest plugin: real servers for each run, a fresh database for each test.

The servers are started by `stack`, unless `CONVO_TEST_MONGO_URL` and
`CONVO_TEST_AMQP_URL` (with its management address `CONVO_TEST_AMQP_API`) name
running ones.
"""

import asyncio
import json
import os
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote, urlsplit

import aio_pika
import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI

from common import topology
from common.identity import ALGORITHM, AUDIENCE, ISSUER, TYPE, Verifier
from common.mongo import Client, Database, connect

T = TypeVar("T")

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
"""A moment for tests that need one."""


async def eventually(
    look: Callable[[], Awaitable[T]], *, within: float = 10.0, every: float = 0.02
) -> T:
    """What `look` returns once it is true.

    Raises:
        AssertionError: It was not within so many seconds.
    """
    deadline = asyncio.get_running_loop().time() + within
    while not (seen := await look()):
        assert asyncio.get_running_loop().time() < deadline, f"not within {within} s: {look}"
        await asyncio.sleep(every)
    return seen


@pytest.fixture(scope="session")
def mongo_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A MongoDB replica set of one."""
    given = os.environ.get("CONVO_TEST_MONGO_URL")
    if given:
        yield given
        return
    from stack.servers.mongo import running_mongo  # noqa: PLC0415 - only where it is needed

    with running_mongo(tmp_path_factory.mktemp("mongo")) as url:
        yield url


@pytest.fixture(scope="session")
async def mongo_client(mongo_url: str) -> AsyncIterator[Client]:
    client = connect(mongo_url)
    yield client
    client.close()


@pytest.fixture
async def db(mongo_client: Client) -> AsyncIterator[Database]:
    """A database of its own for one test."""
    name = f"convoconnect_test_{secrets.token_hex(4)}"
    yield mongo_client[name]
    await mongo_client.drop_database(name)


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """A RabbitMQ: its address and that of its management API, both with credentials."""
    given = os.environ.get("CONVO_TEST_AMQP_URL")
    if given:
        yield given, os.environ["CONVO_TEST_AMQP_API"]
        return
    from stack.servers.rabbitmq import running_rabbitmq  # noqa: PLC0415 - as above

    with running_rabbitmq(Path(tmp_path_factory.mktemp("rabbitmq")), management=True) as server:
        yield server.url, server.management_url or ""


@asynccontextmanager
async def virtual_host(broker: tuple[str, str]) -> AsyncIterator[str]:
    """A part of the broker that nobody else uses, with the whole topology declared."""
    url, management = broker
    host = f"test-{secrets.token_hex(4)}"
    user = quote(urlsplit(url).username or "guest")
    everything = {"configure": ".*", "write": ".*", "read": ".*"}
    async with httpx.AsyncClient(base_url=management) as api:
        (await api.put(f"/api/vhosts/{host}")).raise_for_status()
        (await api.put(f"/api/permissions/{host}/{user}", json=everything)).raise_for_status()
        own = urlsplit(url)._replace(path=f"/{host}").geturl()
        async with await aio_pika.connect(own) as connection:
            await topology.declare(await connection.channel())
        yield own
        await api.delete(f"/api/vhosts/{host}")


@pytest.fixture
async def amqp_url(broker: tuple[str, str]) -> AsyncIterator[str]:
    """A virtual host of its own for one test."""
    async with virtual_host(broker) as own:
        yield own


class Issuer:
    """Signs access tokens as auth does, for tests of the services that read them."""

    def __init__(self) -> None:
        self._key = Ed25519PrivateKey.generate()
        algorithm = jwt.get_algorithm_by_name(ALGORITHM)
        public = algorithm.to_jwk(self._key.public_key(), as_dict=True)
        self.jwks = {"keys": [{**public, "kid": "test", "use": "sig", "alg": ALGORITHM}]}

    def token(self, user_id: str, *, roles: tuple[str, ...] = ("user",), **claims: object) -> str:
        """A good token; `claims` and `headers` can spoil it."""
        now = datetime.now(UTC)
        headers = {"kid": "test", "typ": TYPE}
        extra = claims.pop("headers", {})
        assert isinstance(extra, dict)
        content = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": user_id,
            "sid": f"session-of-{user_id}",
            "name": user_id.title(),
            "roles": list(roles),
            "iat": now,
            "exp": now + timedelta(minutes=15),
            **claims,
        }
        return jwt.encode(content, self._key, ALGORITHM, headers={**headers, **extra})

    def bearer(self, user_id: str, *, roles: tuple[str, ...] = ("user",)) -> dict[str, str]:
        """The header that says who is calling."""
        return {"Authorization": f"Bearer {self.token(user_id, roles=roles)}"}

    def verifier(self) -> Verifier:
        """A verifier that trusts this issuer."""
        transport = httpx.MockTransport(lambda _: httpx.Response(200, json=self.jwks))
        return Verifier("http://auth.test/jwks", httpx.AsyncClient(transport=transport))


@pytest.fixture(scope="session")
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture(scope="session")
async def jwks_url(issuer: Issuer) -> AsyncIterator[str]:
    """Where a real server publishes the issuer's keys."""

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        body = json.dumps(issuer.jwks).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/jwks"
    server.close()


@asynccontextmanager
async def serving(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an app in this process, with the app's lifespan around it."""
    async with app.router.lifespan_context(app) as state:

        async def with_state(scope, receive, send):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
            await app({**scope, "state": dict(state or {})}, receive, send)

        transport = httpx.ASGITransport(with_state)
        async with httpx.AsyncClient(transport=transport, base_url="http://service.test") as http:
            yield http
