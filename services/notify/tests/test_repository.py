from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from common import outbox
from common.mongo import BulkWriteError, Database
from common.testing import NOON
from notify import domain
from notify.domain import News, NotificationNotFound
from notify.repository import NotificationRepository


@pytest.fixture
async def notifications(db: Database):
    repository = NotificationRepository(db)
    await repository.prepare()
    return repository


def news(minutes=0, kind="reminder", room="r1"):
    return News(uuid4(), kind, "Tea is ready.", room, NOON + timedelta(minutes=minutes))


async def listed(notifications, user_id, *, status=None, before=None, limit=50):
    return await notifications.list(user_id, status=status, before=before, limit=limit)


async def test_each_is_kept_with_its_fact(notifications, db):
    [(bob, created)] = changes = domain.tell(news(), ["bob"])

    await notifications.add(changes)

    assert await listed(notifications, "bob") == [bob]
    [document] = await db["notifications"].find().to_list(10)
    assert [entry["id"] for entry in document[outbox.FIELD]] == [str(created.event_id)]


async def test_what_is_here_already_stays_as_it_is_and_the_rest_is_added(notifications):
    known = news()
    await notifications.add(domain.tell(known, ["bob"]))
    [bob] = await listed(notifications, "bob")
    await notifications.mark(bob.id, "bob", "read")

    await notifications.add(domain.tell(known, ["ada", "bob", "cleo"]))

    assert [each.status for each in await listed(notifications, "bob")] == ["read"]
    assert len(await listed(notifications, "ada")) == len(await listed(notifications, "cleo")) == 1


async def test_nothing_to_add_is_nothing_to_do(notifications, db):
    await notifications.add([])

    assert await db["notifications"].count_documents({}) == 0


async def test_another_refusal_of_the_store_is_not_hidden(notifications, db):
    await db.command("collMod", "notifications", validator={"message": {"$ne": "Tea is ready."}})

    with pytest.raises(BulkWriteError):
        await notifications.add(domain.tell(news(), ["bob"]))


async def test_the_newest_come_first_and_a_page_goes_on_where_the_last_ended(notifications):
    for minutes in (2, 0, 1, 1):  # two of the same moment
        await notifications.add(domain.tell(news(minutes), ["bob"]))
    everything = await listed(notifications, "bob")
    last = everything[1]

    rest = await listed(notifications, "bob", before=(last.created_at, last.id))

    assert [each.created_at for each in everything] == [
        NOON + timedelta(minutes=minutes) for minutes in (2, 1, 1, 0)
    ]
    assert rest == everything[2:]
    assert await listed(notifications, "bob", limit=1) == everything[:1]


async def test_only_the_unread_are_listed_when_asked_for(notifications):
    await notifications.add([*domain.tell(news(0), ["bob"]), *domain.tell(news(1), ["bob"])])
    newest, oldest = await listed(notifications, "bob")
    await notifications.mark(newest.id, "bob", "read")

    assert await listed(notifications, "bob", status="unread") == [oldest]
    assert [each.id for each in await listed(notifications, "bob", status="read")] == [newest.id]


async def test_somebody_elses_cannot_be_marked(notifications):
    [(bob, _)] = changes = domain.tell(news(), ["bob"])
    await notifications.add(changes)

    with pytest.raises(NotificationNotFound):
        await notifications.mark(bob.id, "eve", "read")
    with pytest.raises(NotificationNotFound):
        await notifications.mark(str(UUID(int=0)), "bob", "read")
    assert await listed(notifications, "bob") == [bob]


async def test_marking_all_read_leaves_other_people_alone(notifications):
    await notifications.add(domain.tell(news(), ["bob", "cleo"]))

    await notifications.mark_all_read("bob")

    assert [each.status for each in await listed(notifications, "bob")] == ["read"]
    assert [each.status for each in await listed(notifications, "cleo")] == ["unread"]


async def test_withdrawing_takes_the_invitations_of_one_room_and_nothing_else(notifications):
    for each in (news(kind="invitation"), news(), news(kind="invitation", room="r2")):
        await notifications.add(domain.tell(each, ["bob"]))

    await notifications.withdraw_invitations("r1")

    left = {(each.kind, each.related_room_id) for each in await listed(notifications, "bob")}
    assert left == {("reminder", "r1"), ("invitation", "r2")}


async def test_lists_are_read_from_an_index(notifications, db):
    await notifications.add(domain.tell(news(), ["bob"]))

    for query in ({"user_id": "bob"}, {"user_id": "bob", "status": "unread"}):
        cursor = db["notifications"].find(query).sort([("created_at", -1), ("_id", -1)])
        plan = (await cursor.explain())["queryPlanner"]["winningPlan"]
        assert "SORT'" not in str(plan)
        assert "IXSCAN" in str(plan)
