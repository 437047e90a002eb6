import asyncio
from datetime import timedelta

import pytest
from argon2 import PasswordHasher

from auth.domain.throttle import ADDRESS_WAITS
from auth.passwords import HashingBusy
from auth.repository import TryRepository
from common.testing import NOON
from common.throttle import TooManyTries
from common.turns import Turns

PASSWORD = "correct horse battery"


@pytest.mark.parametrize(
    "who",
    [
        {"username": "ada"},
        {"username": "ADA@example.org"},
        {"email": "ada@example.org"},
        {"email": "Ada"},
    ],
)
async def test_a_person_logs_in_with_either_name(ada, who):
    answer = await ada.http.post("/auth/login", json={**who, "password": PASSWORD})

    assert answer.status_code == 200
    assert answer.json().keys() == {"token", "expiresIn", "user"}
    assert answer.json()["expiresIn"] == 900
    assert answer.json()["user"]["username"] == "ada"
    assert answer.headers["cache-control"] == "no-store"


async def test_a_session_begins(browser):
    user = (await browser.signs_up("ada@example.org")).json()["user"]
    assert user["lastLogin"] is None

    answer = await browser.logs_in("ada@example.org")

    assert answer.json()["user"]["lastLogin"] is not None


async def test_the_cookie_is_kept_as_long_as_asked_and_shown_to_nobody(ada):
    short = (await ada.logs_in("ada")).headers["set-cookie"]
    long = (await ada.logs_in("ada", rememberMe=True)).headers["set-cookie"]

    assert "Max-Age" not in short
    assert "Max-Age=5184000;" in long
    for cookie in (short, long):
        assert "HttpOnly" in cookie
        assert "Secure" in cookie
        assert "SameSite=strict" in cookie
        assert "Path=/api/auth" in cookie
        assert "Domain" not in cookie


async def test_nobody_can_tell_whether_an_account_exists(ada):
    wrong = await ada.logs_in("ada", "not the password")
    unknown = await ada.logs_in("nobody", "not the password")
    wrong_mail = await ada.logs_in("ada@example.org", "not the password")

    answers = [{**each.json(), "traceId": ""} for each in (wrong, unknown, wrong_mail)]
    assert wrong.status_code == unknown.status_code == wrong_mail.status_code == 401
    assert answers[0] == answers[1] == answers[2]
    assert answers[0]["message"] == "Invalid credentials"
    assert wrong.headers.keys() == unknown.headers.keys()


async def test_an_unknown_account_costs_as_much_as_a_wrong_password(app, ada, monkeypatch):
    verified = []
    monkeypatch.setattr(
        PasswordHasher, "verify", lambda self, kept, _: verified.append(kept) or True
    )

    assert (await ada.logs_in("nobody")).status_code == 401
    assert (await ada.logs_in("ada")).status_code == 200

    nobodys, adas = verified
    assert nobodys.split("$")[:4] == adas.split("$")[:4]  # the same algorithm at the same cost


@pytest.mark.parametrize(
    "body",
    [
        {"password": PASSWORD},
        {"username": "", "password": PASSWORD},
        {"username": {"$ne": None}, "password": {"$ne": None}},
        {"username": "ada"},
        {"username": "ada", "password": PASSWORD, "admin": True},
        {"username": "ada", "password": "x" * 2000},
    ],
)
async def test_what_is_no_login_is_refused(ada, body):
    assert (await ada.http.post("/auth/login", json=body)).status_code == 422


async def test_a_password_kept_at_an_old_cost_is_kept_better_after_a_login(ada, db):
    old = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
    await db["users"].update_one({}, {"$set": {"password_hash": old}})

    assert (await ada.logs_in("ada")).status_code == 200

    kept = (await db["users"].find_one())["password_hash"]
    assert kept != old
    assert "m=19456" in kept
    assert (await ada.logs_in("ada")).status_code == 200
    assert (await db["users"].find_one())["password_hash"] == kept


async def test_guessing_one_account_becomes_slow_and_never_impossible(ada, db):
    for _ in range(6):
        await ada.logs_in("ada", "a wrong guess")

    refused = await ada.logs_in("ada")
    assert refused.status_code == 429
    assert refused.json()["code"] == "too-many-tries"
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert (await ada.logs_in("bob")).status_code == 401

    await db["tries"].update_many({}, {"$set": {"free_at": NOON}})
    assert (await ada.logs_in("ada")).status_code == 200
    assert (await ada.logs_in("ada")).status_code == 200


async def test_a_full_queue_counts_against_nobody(ada, db, monkeypatch):
    def full(turns: Turns) -> None:
        raise HashingBusy("full")

    monkeypatch.setattr(Turns, "accept", full)
    before = await db["tries"].count_documents({})

    busy = await ada.logs_in("ada")

    assert busy.status_code == 503
    assert busy.headers["retry-after"]
    assert busy.json()["code"] == "sign-in-busy"
    assert await db["tries"].count_documents({}) == before


async def test_the_gateway_says_where_a_request_comes_from(ada, db):
    async def rows(address):
        before = {each["_id"] async for each in db["tries"].find()}
        body = {"username": f"x-{address}", "password": "wrong guess"}
        headers = {"X-Convo-Client-Address": address}
        assert (await ada.http.post("/auth/login", json=body, headers=headers)).status_code == 401
        after = {each["_id"] async for each in db["tries"].find()}
        return [each for each in after - before if each.startswith("address")]

    assert len(await rows("192.0.2.1")) == 1
    assert len(await rows("192.0.2.2")) == 1
    assert len(await rows("2001:db8::1")) == 1
    assert len(await rows("2001:db8::2")) == 0  # the same network
    assert len(await rows("garbage")) == 0  # the socket's peer, who logged in before


class TestTries:
    @pytest.fixture
    def tries(self, db):
        return TryRepository(db)

    async def refusals(self, tries, number, name="ada", address="here"):
        refused = 0
        for _ in range(number):
            try:
                await tries.begin(name, address, at=NOON)
            except TooManyTries:
                refused += 1
        return refused

    async def test_each_wait_is_longer_up_to_the_last(self, tries):
        at, waits = NOON, []
        for _ in range(25):
            try:
                await tries.begin("ada", "here", at=at)
            except TooManyTries as refused:
                waits.append(refused.retry_after)
                at += timedelta(seconds=refused.retry_after)

        assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60, 60]

    async def test_tries_noted_by_a_clock_that_was_ahead_lock_nobody_out(self, tries):
        await tries.begin("ada", "here", at=NOON + timedelta(hours=1))
        await tries.succeeded("ada", "here", at=NOON + timedelta(hours=1))

        await tries.begin("bob", "here", at=NOON)

        assert await self.refusals(tries, 40, name="bob") > 0

    async def test_many_at_once_are_not_one(self, tries, db):
        answers = await asyncio.gather(
            *(tries.begin("ada", f"a{number}", at=NOON) for number in range(30)),
            return_exceptions=True,
        )

        assert sum(isinstance(each, TooManyTries) for each in answers) == 25
        assert sum(each is None for each in answers) == 5

    async def test_what_is_refused_does_not_count(self, tries, db):
        assert await self.refusals(tries, 40) == 35
        address = await db["tries"].find_one({"_id": {"$regex": "^address"}})
        account = await db["tries"].find_one({"_id": {"$regex": "^account"}})
        assert account["failures"] == 5
        assert address["failures"] == 5

    async def test_an_account_of_ones_own_does_not_clear_an_address(self, tries):
        for number in range(len(ADDRESS_WAITS)):
            await self.refusals(tries, 1, name=f"victim{number}")
        with pytest.raises(TooManyTries):
            await tries.begin("mallory", "here", at=NOON)

        later = NOON + timedelta(minutes=2)
        await tries.begin("mallory", "here", at=later)
        await tries.succeeded("mallory", "here", at=later)
        await tries.begin("victim", "here", at=later)
        with pytest.raises(TooManyTries):
            await tries.begin("victim", "here", at=later)

    async def test_names_are_not_kept(self, tries, db):
        await tries.begin("ada@example.org", "192.0.2.1", at=NOON)

        kept = str(await db["tries"].find().to_list(10))
        assert "ada" not in kept
        assert "192.0.2.1" not in kept
