import asyncio
from datetime import timedelta

import pytest

from auth.domain import RefreshToken
from auth.repository import SessionRepository
from auth.sealing import Sealer
from common.clock import rfc3339, utc_now
from common.testing import NOON

SECRET = "a secret of tests, long enough to be taken"


async def session_in(db):
    [session] = await db["sessions"].find().to_list(2)
    return session


def is_over(answer):
    return answer.status_code == 401 and answer.json()["code"] == "session-over"


@pytest.mark.parametrize("how", ["bearer", "cookie"])
async def test_a_logout_that_races_refreshes_wins(ada, db, how):
    headers = ada.bearer if how == "bearer" else {}
    cookie = ada.cookie

    answers = await asyncio.gather(
        *(ada.refreshes(cookie) for _ in range(5)),
        ada.logs_out(**headers),
        *(ada.refreshes(cookie) for _ in range(5)),
    )

    assert answers[5].status_code == 204
    assert (await session_in(db))["revoked_at"] is not None
    for token in {cookie, ada.cookie}:
        assert is_over(await ada.refreshes(token))


async def test_a_logout_takes_the_cookie_and_ends_the_session(ada, db):
    answer = await ada.logs_out(**ada.bearer)

    assert answer.status_code == 204
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith('convo_refresh="";')
    assert "Path=/api/auth" in cookie
    assert "Max-Age=0" in cookie
    assert (await session_in(db))["revoked_at"] is not None
    assert (await ada.logs_out(**ada.bearer)).status_code == 204
    assert (await session_in(db))["version"] == 1


@pytest.mark.parametrize("bearer", [None, "Bearer expired"])
async def test_the_cookie_alone_is_enough_to_log_out(ada, db, bearer):
    await ada.refreshes()

    answer = await ada.logs_out(**({"Authorization": bearer} if bearer else {}))

    assert answer.status_code == 204
    assert (await session_in(db))["revoked_at"] is not None


async def test_an_api_client_logs_out_without_a_cookie(ada, db):
    ada.cookie = None

    assert (await ada.logs_out(**ada.bearer)).status_code == 204
    assert (await session_in(db))["revoked_at"] is not None
    assert (await ada.logs_out()).status_code == 401
    assert (await ada.logs_out(Authorization="Bearer x")).status_code == 401


async def test_a_made_up_cookie_logs_nobody_out(ada, db):
    real = RefreshToken.read(ada.cookie)
    for made_up in ("garbage", f"{real.session_id}.1.made.up", "nobody.1.made.up"):
        ada.cookie = made_up
        answer = await ada.logs_out()
        assert answer.status_code == 204
        assert "Max-Age=0" in answer.headers["set-cookie"]

    assert (await session_in(db))["revoked_at"] is None


async def test_a_session_of_a_token_may_be_forgotten(ada, db):
    await db["sessions"].delete_many({})

    assert (await ada.logs_out(**ada.bearer)).status_code == 204
    assert is_over(await ada.refreshes())


class TestRevoked:
    @pytest.fixture
    async def sessions(self, db):
        sessions = SessionRepository(db, Sealer(SECRET, "refresh tokens"))
        await sessions.prepare()
        for name, ago in (("old", 20), ("recent", 10), ("new", 1)):
            at = NOON - timedelta(minutes=ago)
            row = {"_id": name, "user_id": "u", "family_hash": "", "token_hash": "",
                   "started_at": at, "used_at": at, "revoked_at": at, "version": 1}  # fmt: skip
            await db["sessions"].insert_one(row)
        return sessions

    async def test_what_no_token_lives_of_any_more_is_not_told(self, sessions):
        assert [s.id for s in await sessions.revoked(after=None, at=NOON)] == ["recent", "new"]

    async def test_only_what_is_new_is_told_with_some_overlap(self, sessions):
        after = NOON - timedelta(minutes=1)
        assert [s.id for s in await sessions.revoked(after=after, at=NOON)] == ["new"]
        after = NOON - timedelta(days=9)
        assert [s.id for s in await sessions.revoked(after=after, at=NOON)] == ["recent", "new"]


async def test_gateways_ask_which_sessions_ended(ada):
    await ada.logs_out(**ada.bearer)

    told = await ada.http.get("/sessions/revoked", params={"after": rfc3339(utc_now())})

    assert [each.keys() for each in told.json()] == [{"sessionId", "revokedAt"}]
    later = rfc3339(utc_now() + timedelta(hours=1))
    assert (await ada.http.get("/sessions/revoked", params={"after": later})).json() == []
    assert (await ada.http.get("/sessions/revoked?after=yesterday")).status_code == 422
    assert (await ada.http.get("/sessions/revoked?after=2026-01-01T00:00:00")).status_code == 422
