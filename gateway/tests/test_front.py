import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from common.events import Envelope, SessionRevoked
from common.testing import NOON, Issuer, eventually

from .conftest import Asked, Platform, open_gateway, told

NO_BROKER = "amqp://nobody:nothing@127.0.0.1:1/"
HTML = {"Accept": "text/html,application/xhtml+xml"}


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


async def test_every_kind_of_answer_carries_the_security_headers(site: httpx.AsyncClient) -> None:
    for path in ("/", "/api/rooms", "/api/none", "/assets/app-1a2b.js", "/healthz", "/api/docs"):
        headers = (await site.get(path)).headers

        assert headers["x-content-type-options"] == "nosniff", path
        assert headers["referrer-policy"] == "no-referrer", path
        assert headers["cross-origin-opener-policy"] == "same-origin", path
        assert headers["strict-transport-security"].startswith("max-age="), path
        assert "camera=(self)" in headers["permissions-policy"], path
        assert headers.get_list("content-security-policy", split_commas=False), path
    api = (await site.get("/api/rooms")).headers["content-security-policy"]
    assert api == "default-src 'none'; frame-ancestors 'none'"


async def test_each_page_has_a_nonce_of_its_own(site: httpx.AsyncClient) -> None:
    pages = [await site.get("/", headers=HTML), await site.get("/rooms/tea", headers=HTML)]

    nonces = []
    for page in pages:
        [nonce] = re.findall(r'content="([\w-]{16,})"', page.text)
        policy = page.headers["content-security-policy"]
        assert f"style-src 'self' 'nonce-{nonce}';" in policy
        assert "script-src 'self';" in policy
        assert "connect-src 'self' wss://meet.test wss://other.test https://store.test;" in policy
        assert "img-src 'self' blob: data: https://store.test;" in policy
        assert "unsafe" not in policy
        assert page.headers["cache-control"] == "no-store"
        nonces.append(nonce)
    assert nonces[0] != nonces[1]


async def test_hashed_files_are_kept_for_ever_and_packed_where_possible(
    site: httpx.AsyncClient,
) -> None:
    async with site.stream(
        "GET", "/assets/app-1a2b.js", headers={"Accept-Encoding": "br"}
    ) as packed:
        assert b"".join([part async for part in packed.aiter_raw()]) == b"packed"
    plain = await site.get("/assets/app-1a2b.js", headers={"Accept-Encoding": "identity"})

    assert packed.headers["content-encoding"] == "br"
    assert packed.headers["content-length"] == "6"
    assert packed.headers["content-type"].startswith("text/javascript")
    assert "immutable" in packed.headers["cache-control"]
    assert "Accept-Encoding" in packed.headers["vary"]
    assert plain.text == "x" * 100


async def test_files_have_their_kind(site: httpx.AsyncClient) -> None:
    manifest = await site.get("/manifest.webmanifest")

    assert manifest.headers["content-type"] == "application/manifest+json"
    assert manifest.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "path",
    ["/../secret", "/%2e%2e/secret", "/assets/..%2f..%2fsecret", "/a%00b", "/assets/none.js"],
)
async def test_nothing_outside_the_folder_is_served(site: httpx.AsyncClient, path: str) -> None:
    request = site.build_request("GET", "/")
    request.url = request.url.copy_with(raw_path=path.encode())

    answer = await site.send(request)

    assert answer.status_code == 404
    assert "secret" not in answer.text


async def test_an_alias_opened_in_a_browser_is_a_page(site: httpx.AsyncClient) -> None:
    page = await site.get("/meetings/tea", headers=HTML)
    answer = await site.get("/meetings/tea")

    assert 'id="root"' in page.text
    assert answer.json()["path"] == "/rooms/tea"


async def test_the_page_of_the_api_has_its_own_policy(site: httpx.AsyncClient) -> None:
    for path in ("/api/docs", "/docs/", "/docs/index.html"):
        page = await site.get(path)
        assert page.text == "<div id=api></div>"
        assert "style-src 'self' 'unsafe-inline'" in page.headers["content-security-policy"]
    assert (await site.get("/docs/init.js")).text == "1"


async def test_a_client_that_is_not_built_is_explained(gateway: httpx.AsyncClient) -> None:
    for path in ("/", "/api/docs"):
        answer = await gateway.get(path, headers=HTML)

        assert answer.status_code == 503
        assert "npm --prefix web run build" in answer.text
        assert "CONVO_GATEWAY_WEB_DIR" in answer.text


async def test_pages_of_listed_origins_may_call(site: httpx.AsyncClient) -> None:
    asked = {"Origin": "https://other.test", "Access-Control-Request-Method": "POST"}

    preflight = await site.options("/api/rooms", headers=asked)
    answer = await site.post("/api/rooms", json={}, headers={"Origin": "https://other.test"})

    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-origin"] == "https://other.test"
    assert "Idempotency-Key" in preflight.headers["access-control-allow-headers"]
    assert "PATCH" in preflight.headers["access-control-allow-methods"]
    assert answer.headers["access-control-allow-origin"] == "https://other.test"
    assert answer.headers["access-control-allow-credentials"] == "true"
    assert "Link" in answer.headers["access-control-expose-headers"]
    assert "Origin" in answer.headers["vary"]


@pytest.mark.parametrize(
    "origin", ["https://evil.test", "https://meet.test.evil.test", "http://meet.test", "null"]
)
async def test_pages_of_other_origins_may_not(
    site: httpx.AsyncClient, platform: Platform, origin: str
) -> None:
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}

    preflight = await site.options("/api/rooms", headers=asked)
    written = await site.post("/api/rooms", json={}, headers={"Origin": origin})
    read = await site.get("/api/rooms", headers={"Origin": origin})

    assert preflight.status_code == 403
    assert written.status_code == 403
    assert written.json()["code"] == "foreign-origin"
    for answer in (preflight, written, read):
        assert "access-control-allow-origin" not in answer.headers
    assert [asked.method for asked in platform.of("/rooms")] == ["GET"]


async def test_only_a_proxy_of_ours_is_believed_about_addresses(
    site: httpx.AsyncClient, gateway: httpx.AsyncClient, platform: Platform
) -> None:
    chain = {"X-Forwarded-For": "6.6.6.6, 1.2.3.4, 10.0.0.2"}

    await site.get("/api/rooms/behind", headers=chain)
    await gateway.get("/api/rooms/direct", headers=chain)

    [behind], [direct] = platform.of("/rooms/behind"), platform.of("/rooms/direct")
    assert behind.headers["x-convo-client-address"] == "1.2.3.4"
    assert behind.headers["x-forwarded-proto"] == "https"
    assert behind.headers["x-forwarded-host"] == "meet.test"
    assert direct.headers["x-convo-client-address"] == "127.0.0.1"


async def test_who_asks_too_often_is_told_when_to_come_back(
    platform: Platform, jwks_url: str, issuer: Issuer
) -> None:
    settings = told(
        platform, jwks_url, NO_BROKER, rate_limit_user="3/minute", rate_limit_address="8/minute"
    )
    async with open_gateway(settings) as url, httpx.AsyncClient(base_url=url) as http:
        ada = [await http.get("/api/rooms", headers=issuer.bearer("ada")) for _ in range(4)]
        bob = await http.get("/api/rooms", headers=issuer.bearer("bob"))
        anybody = [await http.get("/api/rooms") for _ in range(4)]

    assert [answer.status_code for answer in ada] == [200, 200, 200, 429]
    assert bob.status_code == 200
    assert [answer.status_code for answer in anybody] == [200, 200, 200, 429]
    limited = ada[-1]
    assert limited.json()["code"] == "too-many-requests"
    assert 1 <= int(limited.headers["retry-after"]) <= 60
    assert limited.headers["ratelimit-limit"] == "3"
    assert limited.headers["ratelimit-remaining"] == "0"


async def test_signing_in_is_counted_apart_under_every_name(
    platform: Platform, jwks_url: str
) -> None:
    settings = told(
        platform, jwks_url, NO_BROKER, rate_limit_sign_in="3/minute", rate_limit_refresh="1/minute"
    )
    names = ["/api/auth/login", "/auth/login", "/api/auth/signup", "/auth/register"]
    async with open_gateway(settings) as url, httpx.AsyncClient(base_url=url) as http:
        signing_in = [await http.post(name, json={}) for name in names]
        refreshing = [await http.post("/api/auth/refresh") for _ in range(2)]
        other = await http.get("/api/auth/x")

    assert [answer.status_code for answer in signing_in] == [200, 200, 200, 429]
    assert [answer.status_code for answer in refreshing] == [200, 429]
    assert other.status_code == 200


async def test_a_session_that_auth_names_as_ended_is_refused(
    platform: Platform, jwks_url: str, issuer: Issuer
) -> None:
    async def revoked(_: Asked) -> Any:
        ended = b'[{"sessionId":"session-of-eve","revokedAt":"2026-01-02T12:00:00.000Z"}]'
        return 200, {}, ended

    platform.answers["auth/sessions/revoked"] = revoked
    settings = told(platform, jwks_url, NO_BROKER)
    async with open_gateway(settings) as url, httpx.AsyncClient(base_url=url) as http:

        async def refused() -> bool:
            answer = await http.get("/api/rooms", headers=issuer.bearer("eve"))
            return answer.status_code == 401

        await eventually(refused)
        bob = await http.get("/api/rooms", headers=issuer.bearer("bob"))

    assert bob.status_code == 200


async def test_a_session_is_refused_as_soon_as_the_bus_tells_of_its_end(
    edge: str, issuer: Issuer, publish: Any
) -> None:
    revoked = SessionRevoked(
        occurred_at=NOON, user_id="ada", session_id="session-of-ada", reason="logout"
    )
    async with httpx.AsyncClient(base_url=edge) as http:
        before = await http.get("/api/rooms", headers=issuer.bearer("ada"))
        await publish(Envelope.of(revoked, {}))

        async def refused() -> bool:
            answer = await http.get("/api/rooms", headers=issuer.bearer("ada"))
            return answer.status_code == 401

        await eventually(refused, within=1.0)
        after = await http.get("/api/rooms", headers=issuer.bearer("ada"))

    assert before.status_code == 200
    assert after.json()["code"] == "invalid-token"


async def test_a_bad_answer_about_ended_sessions_changes_nothing(
    platform: Platform, jwks_url: str, issuer: Issuer
) -> None:
    asked = asyncio.Event()

    async def nonsense(_: Asked) -> Any:
        asked.set()
        return 200, {}, b'{"not": "a list"}'

    platform.answers["auth/sessions/revoked"] = nonsense
    settings = told(platform, jwks_url, NO_BROKER)
    async with open_gateway(settings) as url, httpx.AsyncClient(base_url=url) as http:
        await asked.wait()
        answer = await http.get("/api/rooms", headers=issuer.bearer("ada"))

    assert answer.status_code == 200


async def test_ready_names_every_service(gateway: httpx.AsyncClient, platform: Platform) -> None:
    answer = await gateway.get("/readyz")

    told_ = answer.json()
    assert answer.status_code == 200
    assert told_["status"] == "ready"
    assert told_["checks"] == {"rabbitmq": False}
    assert told_["services"]["auth"] == {"status": "ready", "checks": {"mongo": True}}
    assert set(told_["services"]) == {
        "auth",
        "rooms",
        "chat",
        "signaling",
        "media",
        "notify",
        "analytics",
    }


async def test_one_service_that_is_not_ready_makes_the_whole_not_ready(
    platform: Platform, jwks_url: str
) -> None:
    async def away(_: Asked) -> Any:
        return 503, {}, b'{"service":"media","status":"not ready","checks":{"mongo":false}}'

    async def no_json(_: Asked) -> Any:
        return 200, {}, b"<html>"

    async def no_status(_: Asked) -> Any:
        return 200, {}, b"[]"

    platform.answers["media/readyz"] = away
    platform.answers["notify/readyz"] = no_json
    platform.answers["chat/readyz"] = no_status
    settings = told(platform, jwks_url, NO_BROKER)

    async with open_gateway(settings) as url, httpx.AsyncClient(base_url=url) as http:
        answer = await http.get("/readyz")

    assert answer.status_code == 503
    services = answer.json()["services"]
    assert services["media"] == {"status": "not ready", "checks": {"mongo": False}}
    assert services["notify"] == services["chat"] == {"status": "away"}
    assert services["rooms"]["status"] == "ready"


async def test_it_lives_counts_and_names_its_version(gateway: httpx.AsyncClient) -> None:
    await gateway.get("/api/rooms")

    metrics = (await gateway.get("/metrics")).text

    assert (await gateway.get("/healthz")).json() == {"status": "ok"}
    assert (await gateway.get("/version")).json()["service"] == "gateway"
    assert 'convo_requests_total{route="rooms/*",service="gateway",status="200"}' in metrics
