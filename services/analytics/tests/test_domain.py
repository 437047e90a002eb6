from datetime import UTC, date, datetime, timedelta, timezone

from analytics import domain
from analytics.domain import COUNTED, Day, Figures
from common.events import MessagePosted, RoomOpened, UserRegistered
from common.testing import NOON

USERS, MESSAGES = COUNTED["users"], COUNTED["messages"]


def test_a_fact_is_kept_under_its_own_id_and_day():
    registered = UserRegistered(occurred_at=NOON, user_id="ada")

    kept = domain.record(registered)

    assert kept.id == str(registered.event_id)
    assert (kept.type, kept.at, kept.day) == ("auth.user_registered.v1", NOON, "2026-01-02")
    assert kept.subject == "ada"
    assert kept.body["userId"] == "ada"


def test_the_day_is_the_one_in_utc():
    late_in_lima = datetime(2026, 1, 1, 22, tzinfo=timezone(timedelta(hours=-5)))

    kept = domain.record(UserRegistered(occurred_at=late_in_lima, user_id="ada"))

    assert kept.day == "2026-01-02"


def test_the_days_end_with_today():
    assert domain.days_until(date(2026, 3, 1), days=3) == ["2026-02-27", "2026-02-28", "2026-03-01"]
    assert domain.days_until(date(2026, 3, 1), days=1) == ["2026-03-01"]


def test_a_day_without_facts_is_told_with_zeros():
    days = ["2026-01-01", "2026-01-02"]

    summary = domain.summarize({("2026-01-02", USERS): 2}, days)

    assert summary.days == [Day("2026-01-01", Figures()), Day("2026-01-02", Figures(users=2))]


def test_the_totals_are_those_of_the_days_asked_for():
    counts = {("2026-01-01", USERS): 1, ("2026-01-02", USERS): 2, ("2026-01-02", MESSAGES): 5}

    assert domain.summarize(counts, ["2026-01-02"]).totals == Figures(users=2, messages=5)
    both = domain.summarize(counts, ["2026-01-01", "2026-01-02"])
    assert both.totals == Figures(users=3, messages=5)


def test_each_figure_counts_the_fact_it_is_named_after():
    assert {
        "users": "auth.user_registered.v1",
        "rooms": RoomOpened.type,
        "meetings": "signaling.call_started.v1",
        "messages": MessagePosted.type,
    } == COUNTED
    one_of_each = {("2026-01-02", kind): 1 for kind in COUNTED.values()}
    summary = domain.summarize(one_of_each, [NOON.astimezone(UTC).date().isoformat()])
    assert summary.totals == Figures(users=1, rooms=1, meetings=1, messages=1)
