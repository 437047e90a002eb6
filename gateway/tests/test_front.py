"""Who may pass, and how the whole fares."""

import asyncio
from typing import Any

import httpx
import pytest

from common.events import (
    Envelope,
    SessionRevoked,
)
from common.testing import NOON, Issuer, eventually

from .servers import NO_BROKER, Asked, Platform, open_gateway, told


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


async def test_a_second_token_does_not_hide_the_first(
    edge: str, platform: Platform, issuer: Issuer
) -> None:
    token = issuer.bearer("ada")["Authorization"]
    headers = [("Authorization", token), ("Authorization", "Basic eDp5")]
    async with httpx.AsyncClient(base_url=edge) as http:
        answer = await http.get("/api/rooms", headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (400, "ambiguous-token")


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
    assert told_["checks"] == {"rabbitmq": False, "clock": True}
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


async def test_more_than_can_be_answered_is_refused_at_once_and_heals(
    gateway: httpx.AsyncClient, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.rest.front.MOST_AT_ONCE", 2)
    go, begun = asyncio.Event(), 0

    async def slow(_: Asked) -> Any:
        nonlocal begun
        begun += 1
        await go.wait()
        return 200, {}, b""

    async def two() -> bool:
        return begun == 2

    platform.answers["rooms/rooms/slow"] = slow
    waiting = [asyncio.create_task(gateway.get("/api/rooms/slow")) for _ in range(2)]
    await eventually(two)

    refused = await gateway.get("/api/rooms/other")
    go.set()
    answered = [(await each).status_code for each in waiting]
    after = await gateway.get("/api/rooms/other")

    assert (refused.status_code, refused.json()["code"]) == (503, "overloaded")
    assert refused.headers["retry-after"] == "1"
    assert (answered, after.status_code) == ([200, 200], 200)
