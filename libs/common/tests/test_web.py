import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
from fastapi import APIRouter
from pydantic import Field

from common import idempotency, service, web
from common.clock import utc_now
from common.idempotency import IdempotentRoute
from common.identity import Administrator, CurrentCaller
from common.mongo import Database
from common.problems import Unavailable
from common.settings import ServiceSettings
from common.state import State
from common.testing import Issuer, serving
from common.wire import Body

made: list[str] = []
router = APIRouter(route_class=IdempotentRoute)


class Thing(Body):
    thing_name: str = Field(max_length=5)
    note: str = ""


@router.post("/things", status_code=201)
async def make(body: Thing, caller: CurrentCaller) -> dict[str, str]:
    await asyncio.sleep(0)
    body.note.encode()
    made.append(body.thing_name)
    return {"id": f"{caller.user_id}-{len(made)}"}


@router.get("/broken")
async def broken() -> None:
    raise RuntimeError("secret inner words")


@router.get("/away")
async def away() -> None:
    raise Unavailable("Not now.")


@router.get("/admin")
async def admin(_: Administrator) -> str:
    return "yes"


class Settings(ServiceSettings):
    port: int = 0
    database: str = ""


async def opened(its: service.Resources) -> AsyncIterator[State]:
    await idempotency.prepare(its.db)
    yield its.state()


@pytest.fixture
async def http(mongo_url, jwks_url, db: Database) -> AsyncIterator[httpx.AsyncClient]:
    made.clear()
    settings = Settings(
        mongo_url=mongo_url, amqp_url="amqp://unused", jwks_url=jwks_url, database=db.name
    )
    async with serving(service.create("common", settings, opened, router)) as client:
        yield client


async def test_malformed_json_is_told_as_such(http, issuer: Issuer) -> None:
    headers = issuer.bearer("ada") | {"content-type": "application/json"}

    answer = await http.post("/things", content=b'{"thingName": ', headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (400, "malformed-json")


async def test_each_mistake_in_a_body_is_named(http, issuer: Issuer) -> None:
    body = {"thingName": "far too long", "colour": "red"}

    answer = await http.post("/things", json=body, headers=issuer.bearer("ada"))

    assert answer.status_code == 422
    assert {each["path"] for each in answer.json()["errors"]} == {"thingName", "colour"}
    assert answer.json()["message"]
    assert made == []


async def test_a_huge_body_is_refused_however_it_is_sent(http, issuer: Issuer) -> None:
    async def chunks():
        for _ in range(10):
            yield b"x" * (1 << 20)

    announced = await http.post("/things", content=b"x" * (10 << 20), headers=issuer.bearer("ada"))
    streamed = await http.post("/things", content=chunks(), headers=issuer.bearer("ada"))

    assert (announced.status_code, streamed.status_code) == (413, 413)
    assert announced.json()["code"] == "body-too-large"


async def test_half_a_surrogate_pair_is_refused(http, issuer: Issuer) -> None:
    headers = issuer.bearer("ada") | {"content-type": "application/json"}

    answer = await http.post(
        "/things", content=b'{"thingName": "tea", "note": "\\ud800"}', headers=headers
    )

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-unicode")


async def test_a_bug_tells_nothing_but_its_trace(http) -> None:
    transport = http._transport
    transport.raise_app_exceptions = False

    answer = await http.get("/broken", headers={"traceparent": f"00-{'ab' * 16}-{'cd' * 8}-01"})

    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.json()["traceId"] == "ab" * 16


async def test_what_is_away_says_when_to_try_again(http) -> None:
    answer = await http.get("/away")

    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "2"


async def test_an_unknown_path_is_a_problem_too(http) -> None:
    answer = await http.get("/nowhere")

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["message"] == "Not Found"


async def test_without_a_token_the_answer_is_the_one_promised(http) -> None:
    answer = await http.post("/things", json={"thingName": "tea"})

    assert answer.status_code == 401
    assert answer.json()["message"] == "Authentication required"
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_only_administrators_pass_where_they_must(http, issuer: Issuer) -> None:
    assert (await http.get("/admin", headers=issuer.bearer("ada"))).status_code == 403
    admin = issuer.bearer("root", roles=("user", "admin"))
    assert (await http.get("/admin", headers=admin)).status_code == 200


async def test_a_repeated_request_gets_the_first_answer(http, issuer: Issuer) -> None:
    headers = issuer.bearer("ada") | {"idempotency-key": "k1"}

    first = await http.post("/things", json={"thingName": "tea"}, headers=headers)
    again = await http.post("/things", json={"thingName": "tea"}, headers=headers)
    other = await http.post(
        "/things",
        json={"thingName": "tea"},
        headers=issuer.bearer("bob") | {"idempotency-key": "k1"},
    )

    assert (again.status_code, again.json()) == (201, first.json())
    assert other.json() != first.json()
    assert made == ["tea", "tea"]


async def test_a_key_used_for_another_request_is_refused(http, issuer: Issuer) -> None:
    headers = issuer.bearer("ada") | {"idempotency-key": "k1"}
    await http.post("/things", json={"thingName": "tea"}, headers=headers)

    answer = await http.post("/things", json={"thingName": "milk"}, headers=headers)

    assert answer.json()["code"] == "idempotency-key-reused"
    assert made == ["tea"]


async def test_at_the_same_time_only_one_request_has_an_effect(http, issuer: Issuer) -> None:
    headers = issuer.bearer("ada") | {"idempotency-key": "k1"}

    answers = await asyncio.gather(
        *(http.post("/things", json={"thingName": "tea"}, headers=headers) for _ in range(8))
    )

    assert made == ["tea"]
    assert {each.status_code for each in answers} <= {201, 409}


async def test_a_refused_request_may_be_corrected_under_its_key(http, issuer: Issuer) -> None:
    headers = issuer.bearer("ada") | {"idempotency-key": "k1"}
    await http.post("/things", json={"thingName": "far too long"}, headers=headers)

    answer = await http.post("/things", json={"thingName": "tea"}, headers=headers)

    assert answer.status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 65, "a b", "ä".encode()])
async def test_a_bad_key_is_refused(http, issuer: Issuer, key) -> None:
    headers = issuer.bearer("ada")
    headers["idempotency-key"] = key

    answer = await http.post("/things", json={"thingName": "tea"}, headers=headers)

    assert answer.json()["code"] == "bad-idempotency-key"


@pytest.mark.parametrize(("seconds", "status"), [(50, 200), (3600, 503), (-3600, 503)])
async def test_a_clock_that_is_not_that_of_the_store_is_not_ready(
    http, monkeypatch: pytest.MonkeyPatch, seconds: int, status: int
) -> None:
    monkeypatch.setattr(service, "utc_now", lambda: utc_now() + timedelta(seconds=seconds))

    answer = await http.get("/readyz")

    assert answer.status_code == status
    assert answer.json()["checks"]["clock"] == (status == 200)


async def test_health_tells_life_apart_from_readiness(http) -> None:
    ready = await http.get("/readyz")

    assert (await http.get("/healthz")).json() == {"status": "ok"}
    assert ready.status_code == 200
    assert ready.json()["checks"] == {"mongo": True, "clock": True, "rabbitmq": False}
    assert ready.json()["status"] == "degraded"
    assert "convo_requests_total" in (await http.get("/metrics")).text
    assert (await http.get("/version")).json()["version"]


def test_members_of_a_problem_are_camel_case() -> None:
    assert web._camel("room_id") == "roomId"
