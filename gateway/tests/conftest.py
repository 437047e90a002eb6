"""A gateway that really listens, and services that are tiny apps behind it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import httpx
import pytest

from common import background
from common.bus import Bus
from common.events import Envelope
from common.testing import Issuer, eventually

from .servers import NO_BROKER, Platform, open_gateway, tiny, told


@pytest.fixture(scope="session")
async def started_platform() -> AsyncIterator[Platform]:
    services = Platform()
    async with tiny(services) as services.url:
        yield services


@pytest.fixture
def platform(started_platform: Platform) -> Platform:
    """The services, with nothing asked and nothing special to answer."""
    for memory in (started_platform.asked, started_platform.answers, started_platform.raw):
        memory.clear()
    return started_platform


@pytest.fixture(scope="session")
async def started_gateway(started_platform: Platform, jwks_url: str) -> AsyncIterator[str]:
    settings = told(started_platform, jwks_url, NO_BROKER)
    async with open_gateway(settings) as url:
        yield url


@pytest.fixture
async def gateway(platform: Platform, started_gateway: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a gateway without a broker, which REST must not need."""
    async with httpx.AsyncClient(base_url=started_gateway) as client:
        yield client


@pytest.fixture
async def edge(platform: Platform, jwks_url: str, amqp_url: str) -> AsyncIterator[str]:
    """Address of a gateway with a broker."""
    async with open_gateway(told(platform, jwks_url, amqp_url)) as url:

        async def whole() -> bool:
            async with httpx.AsyncClient(base_url=url) as http:
                return bool((await http.get("/readyz")).json()["checks"]["rabbitmq"])

        await eventually(whole)
        yield url


@pytest.fixture
def ada(issuer: Issuer) -> str:
    return issuer.token("ada")


@pytest.fixture
def bob(issuer: Issuer) -> str:
    return issuer.token("bob")


@pytest.fixture
async def bus(amqp_url: str) -> AsyncIterator[Bus]:
    """The bus as a service has it."""
    bus = Bus(amqp_url)
    async with background.running(bus.run()):
        await eventually(bus.reachable)
        yield bus


@pytest.fixture
def publish(bus: Bus) -> Callable[[Envelope], Awaitable[None]]:
    return bus.publish


@pytest.fixture
async def site(
    platform: Platform, jwks_url: str, web_dir: Path
) -> AsyncIterator[httpx.AsyncClient]:
    settings = told(
        platform,
        jwks_url,
        NO_BROKER,
        CONVO_WEB_DIR=web_dir,
        public_url="https://meet.test",
        allowed_origins="https://other.test",
        s3_public_url="https://store.test/bucket",
        trusted_proxies="127.0.0.1, 10.0.0.2",
    )
    async with open_gateway(settings) as url, httpx.AsyncClient(base_url=url) as client:
        yield client


@pytest.fixture
def web_dir(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "docs").mkdir()
    page = '<meta property="csp-nonce" content="__CSP_NONCE__" /><div id="root"></div>'
    (tmp_path / "index.html").write_text(page)
    (tmp_path / "manifest.webmanifest").write_text("{}")
    (tmp_path / "assets" / "app-1a2b.js").write_text("x" * 100)
    (tmp_path / "assets" / "app-1a2b.js.br").write_bytes(b"packed")
    (tmp_path / "docs" / "index.html").write_text("<div id=api></div>")
    (tmp_path / "docs" / "init.js").write_text("1")
    (tmp_path.parent / "secret").write_text("secret")
    return tmp_path
