"""Which service answers at which address, and what it hears of the client."""

from typing import Any

import httpx
import pytest

from common.testing import Issuer
from gateway.rest.routing import ALIASES, PREFIXES, Alias

from .servers import Asked, Platform


@pytest.mark.parametrize(("first", "service"), PREFIXES.items())
async def test_every_prefix_reaches_its_service(
    gateway: httpx.AsyncClient, first: str, service: str
) -> None:
    answer = await gateway.get(f"/api/{first}/x?y=1")

    assert answer.json() == {"service": service, "method": "GET", "path": f"/{first}/x"}


@pytest.mark.parametrize("alias", ALIASES, ids=lambda alias: f"{alias.method} {alias.path}")
async def test_every_alias_is_answered_as_its_canonical_address(
    gateway: httpx.AsyncClient, alias: Alias
) -> None:
    answers = [
        await gateway.request(alias.method, path.replace("{roomId}", "tea-time"))
        for path in (alias.path, alias.canonical)
    ]

    assert answers[0].status_code == 200
    assert answers[0].json() == answers[1].json()
    assert answers[0].json()["path"] == alias.canonical.replace("{roomId}", "tea-time")[4:]


async def test_an_alias_takes_only_its_method(gateway: httpx.AsyncClient) -> None:
    answer = await gateway.get("/api/auth/signup")

    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"
    assert answer.json()["code"] == "method-not-allowed"


@pytest.mark.parametrize(
    "path",
    [
        "/api/rooms/tea/access/ada",
        "/api/rooms/tea/%61ccess/ada",
        "/api/rooms/tea/access",
        "/api/commands",
        "/api/sessions/revoked",
        "/api/metrics",
        "/api/healthz",
        "/api/nothing",
        "/api/",
        "/api/rooms/../commands",
        "/api/rooms/%2e%2e/commands",
        "/api/rooms//x",
        "/api/rooms/a%5cb",
        "/api/rooms/a%00b",
    ],
)
async def test_what_is_internal_or_strange_is_not_there(
    gateway: httpx.AsyncClient, platform: Platform, path: str
) -> None:
    answer = await gateway.send(_exact(gateway, path))

    assert answer.status_code == 404
    assert answer.json()["code"] == "no-such-address"
    assert answer.headers["content-type"] == "application/problem+json"
    assert not [asked for asked in platform.asked if asked.path != "/sessions/revoked"]


async def test_paths_and_queries_arrive_as_they_were_meant(
    gateway: httpx.AsyncClient, platform: Platform
) -> None:
    await gateway.send(_exact(gateway, "/api/rooms/t%C3%A9a%20time?q=%C3%A9&cursor=a%2Bb&x"))

    [asked] = platform.of("/rooms/téa time")
    assert asked.query == "q=%C3%A9&cursor=a%2Bb&x"


async def test_a_last_slash_never_ends_at_an_internal_address(gateway: httpx.AsyncClient) -> None:
    answer = await gateway.get("/api/rooms/")

    assert answer.json()["path"] == "/rooms"


async def test_services_hear_from_the_gateway_alone_who_calls_and_from_where(
    gateway: httpx.AsyncClient, platform: Platform, ada: str
) -> None:
    await gateway.post(
        "/api/rooms",
        json={"roomName": "Tea"},
        headers={
            "Authorization": f"Bearer {ada}",
            "X-User-Id": "bob",
            "X_User_Id": "bob",
            "X-Convo-Client-Address": "8.8.8.8",
            "X-Convo-Refresh": "1",
            "X-Forwarded-For": "8.8.8.8",
            "X-Forwarded-Host": "evil.test",
            "Forwarded": "for=8.8.8.8",
            "X-Real-IP": "8.8.8.8",
            "Connection": "keep-alive, x-secret",
            "X-Secret": "1",
            "Cookie": "refresh=1",
            "Idempotency-Key": "k1",
        },
    )

    [asked] = platform.of("/rooms")
    headers = {name: asked.headers.get(name) for name in asked.headers}
    assert headers["authorization"] == f"Bearer {ada}"
    assert headers["x-convo-client-address"] == "127.0.0.1"
    assert headers["x-convo-refresh"] == "1"
    assert headers["x-forwarded-proto"] == "http"
    assert headers["x-forwarded-host"] == "localhost:8080"
    assert headers["cookie"] == "refresh=1"
    assert headers["idempotency-key"] == "k1"
    unwanted = {"x-user-id", "x_user_id", "x-forwarded-for", "forwarded", "x-real-ip", "x-secret"}
    assert not unwanted & headers.keys()
    assert asked.body == b'{"roomName":"Tea"}'


async def test_a_trace_goes_on_or_begins(gateway: httpx.AsyncClient, platform: Platform) -> None:
    trace = "0af7651916cd43dd8448eb211c80319c"

    await gateway.get("/api/rooms/a", headers={"traceparent": f"00-{trace}-b7ad6b7169203331-01"})
    await gateway.get("/api/rooms/b", headers={"traceparent": f"00-{'0' * 32}-b7ad6b7169203331-01"})

    [continued], [begun] = platform.of("/rooms/a"), platform.of("/rooms/b")
    assert continued.headers["traceparent"].split("-")[1] == trace
    assert continued.headers["traceparent"].split("-")[2] != "b7ad6b7169203331"
    assert set(begun.headers["traceparent"].split("-")[1]) != {"0"}


async def test_cookies_and_links_come_back(gateway: httpx.AsyncClient, platform: Platform) -> None:
    async def answer(_: Asked) -> Any:
        headers = {
            "set-cookie": "a=1; HttpOnly",
            "link": '<?cursor=x>; rel="next"',
            "connection": "close",
            "server": "secret",
        }
        return 201, headers, b"made"

    platform.answers["rooms/rooms"] = answer

    answered = await gateway.post("/api/rooms", json={})

    assert answered.status_code == 201
    assert answered.text == "made"
    assert answered.headers["set-cookie"] == "a=1; HttpOnly"
    assert answered.headers["link"] == '<?cursor=x>; rel="next"'
    assert "server" not in answered.headers


async def test_redirects_are_the_clients_to_follow(
    gateway: httpx.AsyncClient, platform: Platform
) -> None:
    async def elsewhere(_: Asked) -> Any:
        return 302, {"location": "https://store.test/x?sig=1"}, b""

    platform.answers["media/media/pictures/p"] = elsewhere

    answer = await gateway.get("/api/media/pictures/p")

    assert answer.status_code == 302
    assert answer.headers["location"] == "https://store.test/x?sig=1"


async def test_a_bad_token_is_refused_at_the_door(
    gateway: httpx.AsyncClient, platform: Platform, issuer: Issuer
) -> None:
    tokens = {
        "forged": Issuer().token("ada"),
        "expired": issuer.token("ada", exp=1_000_000_000),
        "garbage": "x.y.z",
        "huge": "x" * 10_000,
    }

    answers = {
        name: await gateway.get("/api/rooms", headers={"Authorization": f"Bearer {token}"})
        for name, token in tokens.items()
    }

    assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(
        tokens, 401
    )
    assert answers["forged"].headers["www-authenticate"] == "Bearer"
    assert not platform.of("/rooms")


async def test_without_a_token_the_service_decides(gateway: httpx.AsyncClient) -> None:
    plain = await gateway.get("/api/rooms")
    basic = await gateway.get("/api/rooms", headers={"Authorization": "Basic eDp5"})

    assert [plain.status_code, basic.status_code] == [200, 200]


def _exact(client: httpx.AsyncClient, path: str) -> httpx.Request:
    """A request whose path the client does not tidy up."""
    request = client.build_request("GET", "/")
    request.url = request.url.copy_with(raw_path=path.encode())
    return request
