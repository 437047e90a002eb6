import asyncio
from datetime import timedelta

import pytest

from auth.app import create_app
from auth.domain import GRACE, IDLE, LONGEST, RefreshToken
from auth.repository import SessionRepository
from auth.sealing import Sealer
from common.clock import utc_now
from common.testing import serving

SECRET = "a secret of tests, long enough to be taken"
OVER = {"code": "session-over", "message": "Your session is over; please log in again."}


async def session_in(db):
    [session] = await db["sessions"].find().to_list(2)
    return session


async def age(db, by):
    """Let the current token of every session be older."""
    async for session in db["sessions"].find():
        earlier = {field: session[field] - by for field in ("used_at", "started_at")}
        await db["sessions"].update_one({"_id": session["_id"]}, {"$set": earlier})


def is_over(answer):
    return answer.status_code == 401 and OVER.items() <= answer.json().items()


async def test_a_session_goes_on(ada):
    first, cookie = ada.token, ada.cookie

    answer = await ada.refreshes()

    assert answer.status_code == 200
    assert answer.json().keys() == {"token", "expiresIn", "user"}
    assert ada.token != first
    assert ada.cookie != cookie
    assert answer.headers["cache-control"] == "no-store"
    assert (await ada.refreshes()).status_code == 200
    assert (await ada.http.get("/user/profile", headers=ada.bearer)).status_code == 200


async def test_a_remembered_session_stays_remembered(ada):
    await ada.logs_in("ada", rememberMe=True)
    assert "Max-Age=5184000;" in (await ada.refreshes()).headers["set-cookie"]

    await ada.logs_in("ada")
    assert "Max-Age" not in (await ada.refreshes()).headers["set-cookie"]


async def test_a_lost_answer_is_given_again(ada):
    old = ada.cookie
    await ada.refreshes()
    lost = ada.cookie

    again = await ada.refreshes(old)

    assert again.status_code == 200
    assert ada.cookie == lost
    assert (await ada.refreshes(lost)).status_code == 200


async def test_twenty_tabs_at_once_share_one_successor(ada, db):
    old = ada.cookie

    answers = await asyncio.gather(*(ada.refreshes(old) for _ in range(20)))

    assert {each.status_code for each in answers} == {200}
    assert len({each.headers["set-cookie"] for each in answers}) == 1
    session = await session_in(db)
    assert session["generation"] == 2
    assert session["revoked_at"] is None
    assert (await ada.refreshes()).status_code == 200


async def test_a_stolen_token_ends_the_session_for_thief_and_owner(ada, db):
    stolen = ada.cookie
    await ada.refreshes()
    await age(db, GRACE + timedelta(seconds=1))
    mine = ada.cookie

    assert is_over(await ada.refreshes(stolen))
    assert is_over(await ada.refreshes(mine))

    session = await session_in(db)
    assert session["revoked_at"] is not None
    assert session["successor"] is None
    [revoked] = (await ada.http.get("/sessions/revoked")).json()
    assert revoked["sessionId"] == session["_id"]


async def test_a_token_two_generations_old_is_stolen_even_at_once(ada):
    stolen = ada.cookie
    await ada.refreshes()
    await ada.refreshes()
    mine = ada.cookie

    assert is_over(await ada.refreshes(stolen))
    assert is_over(await ada.refreshes(mine))


async def test_a_stolen_token_ends_one_session_only(ada):
    phone, laptop = ada.cookie, (await ada.logs_in("ada")) and ada.cookie
    await ada.refreshes(phone)
    await ada.refreshes()
    assert is_over(await ada.refreshes(phone))

    assert (await ada.refreshes(laptop)).status_code == 200


async def test_reuse_is_noticed_once_by_many_at_once(ada, db):
    stolen = ada.cookie
    await ada.refreshes()
    await age(db, GRACE + timedelta(seconds=1))

    answers = await asyncio.gather(*(ada.refreshes(stolen) for _ in range(10)))

    assert all(is_over(each) for each in answers)
    assert (await session_in(db))["version"] == 1


async def test_a_restart_loses_no_session_and_no_grace(ada, settings):
    old = ada.cookie
    await ada.refreshes()
    successor = ada.cookie

    async with serving(create_app(settings)) as another:
        ada.http = another
        assert (await ada.refreshes(old)).status_code == 200
        assert ada.cookie == successor
        assert (await ada.refreshes()).status_code == 200
        assert is_over(await ada.refreshes(old))


async def test_two_replicas_hand_out_one_successor(ada, settings, db):
    async with serving(create_app(settings)) as another:
        headers = {"X-Convo-Refresh": "1", "Cookie": f"convo_refresh={ada.cookie}"}
        answers = await asyncio.gather(
            *(http.post("/auth/refresh", headers=headers) for http in [ada.http, another] * 5)
        )

    assert len({each.headers["set-cookie"] for each in answers}) == 1
    assert (await session_in(db))["generation"] == 2


@pytest.mark.parametrize(
    "cookie", [None, "", "garbage", "a.1.b.c", "a.b.c.d", "../../x.1.a.b", "x" * 5000, '{"$ne":1}']
)
async def test_without_a_token_of_ours_there_is_no_session(ada, cookie):
    ada.cookie = None

    assert is_over(await ada.refreshes(cookie))


async def test_a_guess_ends_nothing(ada):
    real = RefreshToken.read(ada.cookie)
    for guess in (
        f"{real.session_id}.1.{real.family}.guessed",
        f"{real.session_id}.0.guessed.guessed",
        f"{real.session_id}.9.{real.family}.{real.secret}",
    ):
        assert is_over(await ada.refreshes(guess)), guess

    assert (await ada.refreshes(str(real))).status_code == 200


async def test_an_idle_session_ends(ada, db):
    await age(db, IDLE)

    assert is_over(await ada.refreshes())


async def test_no_session_lasts_for_ever(ada, db):
    await db["sessions"].update_one({}, {"$set": {"started_at": utc_now() - LONGEST}})

    assert is_over(await ada.refreshes())


async def test_a_session_of_a_gone_account_is_over(ada, db):
    await db["users"].delete_many({})

    assert is_over(await ada.refreshes())


async def test_new_roles_and_names_come_with_the_next_token(ada, db):
    await db["users"].update_one({}, {"$set": {"roles": ["user", "admin"]}})

    assert (await ada.refreshes()).json()["user"]["roles"] == ["user", "admin"]


@pytest.mark.parametrize("origin", ["https://meet.example", "http://localhost:5173"])
async def test_own_pages_may_refresh(ada, origin):
    assert (await ada.refreshes(Origin=origin)).status_code == 200
    assert (await ada.logs_out(Origin=origin)).status_code == 204


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", "", "http://meet.example", "https://meet.example.evil.org"],
)
async def test_other_pages_may_not(ada, origin):
    refused = await ada.refreshes(Origin=origin)

    assert refused.status_code == 403
    assert refused.json()["code"] == "foreign-origin"
    assert (await ada.logs_out(Origin=origin)).status_code == 403
    assert (await ada.refreshes()).status_code == 200


@pytest.mark.parametrize("value", ["", "0", "true"])
async def test_a_refresh_is_sent_on_purpose(ada, value):
    refused = await ada.refreshes(**{"X-Convo-Refresh": value})

    assert refused.status_code == 403
    assert refused.json()["code"] == "refresh-header-missing"
    assert refused.headers.get("set-cookie") is None


async def test_tokens_are_not_readable_in_the_store(ada, db):
    await ada.refreshes()
    token = RefreshToken.read(ada.cookie)

    kept = str(await session_in(db))

    assert token.secret not in kept
    assert token.family not in kept


async def test_a_used_token_is_forgotten_after_its_grace(ada, db):
    old = ada.cookie
    await ada.refreshes()
    sessions = SessionRepository(db, Sealer(SECRET, "refresh tokens"))

    await sessions.forget_successors(at=utc_now())
    assert (await session_in(db))["successor"] is not None
    await sessions.forget_successors(at=utc_now() + GRACE + timedelta(seconds=1))
    session = await sessions.get((await session_in(db))["_id"])

    assert session.successor is None
    assert sessions.successor_in(session) is None
    assert is_over(await ada.refreshes(old))
