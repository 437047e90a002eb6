from datetime import timedelta

import pytest

from analytics.domain import COUNTED, Record
from analytics.repository import EventRepository
from common.clock import utc_now


@pytest.fixture
def admin(issuer):
    return issuer.bearer("root", roles=("user", "admin"))


@pytest.fixture
def happened(db):
    """Keeps facts of so many days ago."""
    events = EventRepository(db)

    async def keep(figure, *, days_ago=0, times=1):
        at = utc_now() - timedelta(days=days_ago)
        kind = COUNTED.get(figure, figure)
        for number in range(times):
            key = f"{figure} {days_ago} {number}"
            await events.keep(Record(key, kind, at, at.date().isoformat(), None, {}))

    return keep


async def test_an_administrator_sees_each_day_and_all_of_them(http, admin, happened):
    await happened("users", times=2)
    await happened("rooms")
    await happened("messages", days_ago=2, times=3)
    await happened("meetings", days_ago=3)
    await happened("rooms.room_closed.v1", times=4)

    answer = await http.get("/analytics/summary?days=3", headers=admin)

    assert answer.status_code == 200
    today = utc_now().date()
    days = [(today - timedelta(days=ago)).isoformat() for ago in (2, 1, 0)]
    assert answer.json() == {
        "totals": {"users": 2, "rooms": 1, "meetings": 0, "messages": 3},
        "days": [
            {"day": days[0], "users": 0, "rooms": 0, "meetings": 0, "messages": 3},
            {"day": days[1], "users": 0, "rooms": 0, "meetings": 0, "messages": 0},
            {"day": days[2], "users": 2, "rooms": 1, "meetings": 0, "messages": 0},
        ],
    }


async def test_a_month_is_told_unless_asked_otherwise(http, admin):
    month = await http.get("/analytics/summary", headers=admin)
    year = await http.get("/analytics/summary?days=365", headers=admin)

    assert (len(month.json()["days"]), len(year.json()["days"])) == (30, 365)


async def test_nobody_else_may_see_it(http, issuer):
    plain = await http.get("/analytics/summary", headers=issuer.bearer("ada"))
    moderator = await http.get(
        "/analytics/summary", headers=issuer.bearer("mo", roles=("user", "moderator"))
    )
    nobody = await http.get("/analytics/summary")
    forged = issuer.token("root", roles=("admin",), iss="elsewhere")
    stranger = await http.get("/analytics/summary", headers={"Authorization": f"Bearer {forged}"})

    assert (plain.status_code, moderator.status_code) == (403, 403)
    assert (nobody.status_code, stranger.status_code) == (401, 401)


async def test_a_bad_question_is_told_so(http, admin):
    for query in ("days=0", "days=366", "days=-1", "days=x", "days=1e3", "days="):
        refused = await http.get(f"/analytics/summary?{query}", headers=admin)

        assert (refused.status_code, refused.json()["code"]) == (422, "validation-failed"), query


async def test_counting_reads_no_document(db, happened):
    await EventRepository(db).prepare()
    await happened("users", times=20)
    await happened("rooms.room_closed.v1", times=20)
    match = {"type": {"$in": list(COUNTED.values())}, "day": {"$gte": "2020-01-01"}}
    group = {"_id": {"day": "$day", "type": "$type"}, "count": {"$sum": 1}}

    explained = await db.command(
        "explain",
        {"aggregate": "events", "pipeline": [{"$match": match}, {"$group": group}], "cursor": {}},
        verbosity="executionStats",
    )

    assert "'totalDocsExamined': 0" in str(explained)
    assert "'totalKeysExamined': 2" in str(explained)
    assert "COLLSCAN" not in str(explained)
