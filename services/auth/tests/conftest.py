from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from auth.app import create_app
from auth.settings import Settings
from common.mongo import Database
from common.testing import serving, virtual_host

SECRET = "a secret of tests, long enough to be taken"


@pytest.fixture(scope="session")
async def shared_bus(broker: tuple[str, str]) -> AsyncIterator[str]:
    async with virtual_host(broker) as url:
        yield url


@pytest.fixture
def bus_url(shared_bus: str) -> str:
    """One for all tests that do not listen: declaring the topology takes a second."""
    return shared_bus


@pytest.fixture
def settings(mongo_url: str, bus_url: str, db: Database) -> Settings:
    return Settings(
        mongo_url=mongo_url,
        amqp_url=bus_url,
        CONVO_AUTH_DATABASE=db.name,
        CONVO_AUTH_KEY_SECRET=SECRET,
        CONVO_AUTH_ARGON2_MEMORY_KIB=19 * 1024,
        public_url="https://meet.example",
        allowed_origins="http://localhost:5173",
    )


@pytest.fixture
def app(settings: Settings) -> FastAPI:
    return create_app(settings)


@pytest.fixture
async def http(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """auth, whole."""
    async with serving(app) as client:
        yield client


class Browser:
    """A person's browser: it keeps the cookie and the access token."""

    password = "correct horse battery"

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http
        self.cookie: str | None = None
        self.token = ""

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    async def signs_up(self, email: str, **more: object) -> httpx.Response:
        return await self.http.post(
            "/auth/register", json={"email": email, "password": self.password, **more}
        )

    async def logs_in(self, who: str, password: str = password, **more: object) -> httpx.Response:
        body = {"username": who, "password": password, **more}
        return self._keep(await self.http.post("/auth/login", json=body))

    async def refreshes(self, cookie: str | None = None, **headers: str) -> httpx.Response:
        headers = {"X-Convo-Refresh": "1", **self._cookie(cookie), **headers}
        return self._keep(await self.http.post("/auth/refresh", headers=headers))

    async def logs_out(self, **headers: str) -> httpx.Response:
        return await self.http.post("/auth/logout", headers={**self._cookie(None), **headers})

    def _cookie(self, cookie: str | None) -> dict[str, str]:
        cookie = cookie or self.cookie
        return {"Cookie": f"convo_refresh={cookie}"} if cookie else {}

    def _keep(self, answer: httpx.Response) -> httpx.Response:
        if answer.status_code == 200:
            self.token = answer.json()["token"]
            self.cookie = cookie_in(answer)
        self.http.cookies.clear()
        return answer


def cookie_in(answer: httpx.Response) -> str:
    """The refresh token an answer hands over."""
    name, _, rest = answer.headers["set-cookie"].partition("=")
    assert name == "convo_refresh"
    return rest.partition(";")[0]


@pytest.fixture
def browser(http: httpx.AsyncClient) -> Browser:
    """Somebody's, who is not logged in."""
    return Browser(http)


@pytest.fixture
async def ada(http: httpx.AsyncClient) -> Browser:
    """Somebody who has an account and is logged in."""
    browser = Browser(http)
    await browser.signs_up("ada@example.org", username="ada", fullName="Ada Lovelace")
    await browser.logs_in("ada")
    return browser


@pytest.fixture
async def bob(http: httpx.AsyncClient) -> Browser:
    browser = Browser(http)
    await browser.signs_up("bob@example.org", username="bob")
    await browser.logs_in("bob")
    return browser
