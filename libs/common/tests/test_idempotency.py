"""A request whose end nobody saw, and its repeat."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import httpx
import pytest
from fastapi import APIRouter, Request

from common import idempotency, service
from common.idempotency import Creation, IdempotentRoute
from common.mongo import Database
from common.problems import Conflict, Unavailable
from common.settings import ServiceSettings
from common.state import State
from common.testing import Issuer, eventually, serving

router = APIRouter(route_class=IdempotentRoute)


@router.post("/things", status_code=201)
async def make(request: Request, creation: Creation) -> dict[str, str]:
    """Make one thing, and then do as the test says."""
    things = request.state.db["things"]
    found = await things.update_one({"_id": str(creation)}, {"$set": {}}, upsert=True)
    how = request.headers.get("then")
    if how == "die":
        await asyncio.Event().wait()
    if how == "be-away":
        raise Unavailable("Not now.")
    if how == "break":
        raise RuntimeError
    if how == "refuse":
        raise Conflict("No.")
    return {"id": str(creation), "was": "there" if found.matched_count else "new"}


class Settings(ServiceSettings):
    port: int = 0
    database: str = ""


async def opened(its: service.Resources) -> AsyncIterator[State]:
    await idempotency.prepare(its.db)
    yield its.state()


@pytest.fixture
async def http(mongo_url, jwks_url, db: Database) -> AsyncIterator[httpx.AsyncClient]:
    settings = Settings(
        mongo_url=mongo_url, amqp_url="amqp://unused", jwks_url=jwks_url, database=db.name
    )
    async with serving(service.create("common", settings, opened, router)) as client:
        client._transport.raise_app_exceptions = False
        yield client


@pytest.fixture
def post(http: httpx.AsyncClient, issuer: Issuer):
    async def posted(then: str = "", key: str = "k1", body: str = "tea") -> httpx.Response:
        headers = issuer.bearer("ada") | {"idempotency-key": key, "then": then}
        return await http.post("/things", json={"name": body}, headers=headers)

    return posted


@pytest.fixture
async def died(db: Database, post) -> AsyncIterator[None]:
    """A process that made the thing and never came to answer."""
    dying = asyncio.create_task(post("die"))
    await eventually(lambda: db["things"].count_documents({}))
    yield
    dying.cancel()


async def test_after_a_crash_the_repeat_finds_what_was_made(db: Database, post, died) -> None:
    assert (await post()).status_code == 409
    await db["idempotency"].update_one({}, [{"$set": {"at": {"$subtract": ["$at", 61_000]}}}])

    answer = await post()
    again = await post()

    assert (answer.status_code, answer.json()["was"]) == (201, "there")
    assert again.json() == answer.json()
    assert await db["things"].count_documents({}) == 1


@pytest.mark.parametrize("end", ["be-away", "break"])
async def test_after_an_end_that_tells_nothing_the_repeat_finds_it_at_once(
    db: Database, post, end: str
) -> None:
    assert (await post(end)).status_code >= 500

    assert (await post(body="milk")).json()["code"] == "idempotency-key-reused"
    assert (await post()).json()["was"] == "there"
    assert await db["things"].count_documents({}) == 1


async def test_of_many_repeats_after_a_crash_one_is_answered(db: Database, post, died) -> None:
    old = {"at": {"$subtract": ["$at", timedelta(minutes=2) // timedelta(milliseconds=1)]}}
    await db["idempotency"].update_one({}, [{"$set": old}])

    answers = await asyncio.gather(*(post() for _ in range(6)))

    assert {each.status_code for each in answers} <= {201, 409}
    assert len({each.text for each in answers if each.status_code == 201}) == 1
    assert await db["things"].count_documents({}) == 1


async def test_a_refusal_leaves_nothing_behind(db: Database, post) -> None:
    assert (await post("refuse")).status_code == 409

    assert await db["idempotency"].count_documents({}) == 0


async def test_every_key_creates_something_of_its_own(post) -> None:
    first, second = await post(key="k1"), await post(key="k2")

    assert UUID(first.json()["id"]) != UUID(second.json()["id"])
