from uuid import UUID

import pytest

from common.admission import Access
from common.events import PeopleInvited
from common.testing import NOON
from notify import domain
from notify.domain import MayNotSend, News

NEWS = News(UUID(int=1), "reminder", "Tea is ready.", "r1", NOON)


def invited(*user_ids):
    return PeopleInvited(
        occurred_at=NOON,
        room_id="r1",
        seq=2,
        room_name="Tea",
        inviter_id="ada",
        inviter_name="Ada",
        user_ids=list(user_ids),
    )


def test_each_person_is_told_once():
    told = domain.tell(NEWS, ["bob", "cleo", "bob"])

    assert [notification.user_id for notification, _ in told] == ["bob", "cleo"]
    assert len({notification.id for notification, _ in told}) == 2


def test_a_notification_begins_unread_and_its_fact_says_the_same():
    [(notification, created)] = domain.tell(NEWS, ["bob"])

    assert notification.status == "unread"
    assert created.model_dump(by_alias=False, exclude={"event_id", "occurred_at"}) == {
        "id": notification.id,
        "user_id": "bob",
        "kind": "reminder",
        "message": "Tea is ready.",
        "related_room_id": "r1",
        "status": "unread",
        "created_at": NOON,
    }
    assert created.audience() == ("user.bob",)


def test_an_invitation_says_who_asks_and_where_to():
    [(notification, _)] = domain.invitations(invited("bob"))

    assert notification.kind == "invitation"
    assert notification.message == "Ada invited you to “Tea”."
    assert notification.related_room_id == "r1"
    assert notification.created_at == NOON


def test_the_same_fact_makes_the_same_notifications():
    event = invited("bob", "cleo")
    ids = [notification.id for notification, _ in domain.invitations(event)]

    assert [notification.id for notification, _ in domain.invitations(event)] == ids
    assert [each.id for each, _ in domain.invitations(invited("bob", "cleo"))] != ids


def test_an_invitation_of_nobody_tells_nobody():
    assert domain.invitations(invited()) == []


def test_only_the_host_may_tell_of_a_room():
    domain.only_host(Access("r1", "ada", "Ada", "host"))

    with pytest.raises(MayNotSend):
        domain.only_host(Access("r1", "bob", "Bob", "participant"))


def test_a_person_tells_of_a_room_or_not_at_all():
    assert domain.only_about_a_room("r1") == "r1"

    with pytest.raises(MayNotSend):
        domain.only_about_a_room(None)
