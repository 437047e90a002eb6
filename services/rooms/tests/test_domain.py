from dataclasses import replace
from datetime import timedelta

import pytest

from common.problems import RoomNotFound
from common.testing import NOON
from rooms import domain
from rooms.domain import Meeting, Room

LATER = NOON + timedelta(minutes=5)


def opened(**changes) -> Room:
    room, _ = domain.open_room("r1", "Tea", host_id="ada", host_name="Ada", at=NOON, **changes)
    return room


def test_a_new_room_has_its_host_as_first_participant() -> None:
    room, [told] = domain.open_room("r1", "Tea", host_id="ada", host_name="Ada", at=NOON)

    assert [(each.user_id, each.role) for each in room.participants] == [("ada", "host")]
    assert (told.seq, room.version) == (1, 1)


def test_who_is_invited_at_the_beginning_is_told() -> None:
    room, [_, invited] = domain.open_room(
        "r1", "Tea", host_id="ada", host_name="Ada", at=NOON, invited=["bob", "bob", "ada"]
    )

    assert invited.user_ids == ["bob"]
    assert (invited.seq, room.version, room.invited) == (2, 2, ("bob",))


@pytest.mark.parametrize(
    ("settings", "user", "known"),
    [
        ({}, "eve", True),
        ({"is_private": True}, "eve", False),
        ({"is_private": True}, "ada", True),
        ({"is_private": True, "invited": ["bob"]}, "bob", True),
        ({"is_private": True, "password_hash": "hash"}, "eve", True),
    ],
)
def test_who_may_know_of_a_room(settings, user: str, known: bool) -> None:
    room = opened(**settings)

    if known:
        assert domain.visible_to(room, user) is room
    else:
        with pytest.raises(RoomNotFound):
            domain.visible_to(room, user)


def test_a_deleted_room_is_unknown_to_everybody() -> None:
    gone, [told] = domain.delete(opened(), by="ada", at=LATER)

    with pytest.raises(RoomNotFound):
        domain.visible_to(gone, "ada")
    assert (gone.name, gone.participants, told.seq) == ("", (), 2)


@pytest.mark.parametrize(
    ("settings", "user", "needed"),
    [
        ({"password_hash": "hash"}, "eve", True),
        ({"password_hash": "hash"}, "ada", False),
        ({"password_hash": "hash", "invited": ["bob"]}, "bob", False),
        ({}, "eve", False),
    ],
)
def test_who_needs_the_password(settings, user: str, needed: bool) -> None:
    assert domain.needs_password(opened(**settings), user) is needed


def test_from_outside_a_room_with_a_password_shows_nobody() -> None:
    room = opened(password_hash="hash", invited=["bob"])

    assert not domain.is_inside(room, "eve")
    assert domain.is_inside(room, "bob")
    assert domain.is_inside(opened(), "eve")


def test_being_admitted_twice_changes_nothing() -> None:
    room, [admitted] = domain.admit(opened(), "bob", "Bob", at=LATER)

    again, told = domain.admit(room, "bob", "Bob", at=LATER + timedelta(minutes=1))

    assert (admitted.role, admitted.seq) == ("participant", 2)
    assert (again, told) == (room, [])


def test_a_participant_may_change_their_name_and_keeps_their_role() -> None:
    room, [told] = domain.admit(opened(), "ada", "Ada L.", at=LATER)

    assert (told.role, told.display_name) == ("host", "Ada L.")
    assert room.participants[0].joined_at == NOON


def test_a_closed_room_admits_nobody() -> None:
    closed, _ = domain.close(opened(), by="ada", at=LATER)

    with pytest.raises(domain.RoomEnded):
        domain.admit(closed, "bob", "Bob", at=LATER)


def test_a_full_room_admits_nobody_new() -> None:
    person = opened().participants[0]
    crowd = tuple(replace(person, user_id=f"u{n}") for n in range(domain.MOST_PARTICIPANTS))
    room = replace(opened(), participants=crowd)

    with pytest.raises(domain.RoomFull):
        domain.admit(room, "bob", "Bob", at=LATER)
    domain.admit(room, "u1", "New name", at=LATER)


def test_who_leaves_is_no_participant_and_not_invited_any_more() -> None:
    room, _ = domain.admit(opened(invited=["bob"]), "bob", "Bob", at=LATER)

    left, [told] = domain.leave(room, "bob", at=LATER)

    assert left.participant("bob") is None
    assert left.invited == ()
    assert told.reason == "left"
    assert domain.leave(left, "bob", at=LATER) == (left, [])


def test_the_host_closes_instead_of_leaving() -> None:
    with pytest.raises(domain.HostCannotLeave):
        domain.leave(opened(), "ada", at=LATER)


def test_nobody_is_invited_twice() -> None:
    room, _ = domain.invite(opened(), ["bob"], by="ada", at=LATER)

    assert domain.invite(room, ["bob"], by="ada", at=LATER) == (room, [])


def test_only_participants_invite() -> None:
    with pytest.raises(RoomNotFound):
        domain.invite(opened(), ["bob"], by="eve", at=LATER)


def update(room: Room, **changes):
    fields = {
        "by": "ada",
        "at": LATER,
        "name": room.name,
        "is_private": room.is_private,
        "password_hash": room.password_hash,
        "topology": room.topology,
        "expires_at": room.expires_at,
    }
    return domain.update(room, **{**fields, **changes})


def test_an_update_tells_the_whole_new_state() -> None:
    room, [told] = update(opened(), name="Coffee", password_hash="hash")

    assert (told.room_name, told.has_password, told.seq) == ("Coffee", True, 2)
    assert room.updated_at == LATER


def test_an_update_that_changes_nothing_tells_nothing() -> None:
    assert update(opened()) == (opened(), [])


@pytest.mark.parametrize("act", [update, domain.close, domain.delete])
def test_only_the_host_may_change_close_or_delete(act) -> None:
    room, _ = domain.admit(opened(), "bob", "Bob", at=NOON)

    with pytest.raises(domain.NotTheHost):
        act(room, by="bob", at=LATER)


@pytest.mark.parametrize("act", [update, domain.close, domain.delete])
def test_to_a_stranger_a_private_room_does_not_exist(act) -> None:
    with pytest.raises(RoomNotFound):
        act(opened(is_private=True), by="eve", at=LATER)


def test_closing_tells_how_long_the_room_was_open() -> None:
    closed, [told] = domain.close(opened(), by="ada", at=LATER)

    assert (told.duration_seconds, told.reason) == (300.0, "host_closed")
    with pytest.raises(domain.RoomEnded):
        domain.close(closed, by="ada", at=LATER)


def test_a_room_expires_when_its_time_has_come_and_only_once() -> None:
    room = opened(expires_at=LATER)

    assert domain.expire(room, at=NOON) == (room, [])
    expired, [told] = domain.expire(room, at=LATER)
    assert told.reason == "expired"
    assert domain.expire(expired, at=LATER) == (expired, [])
    assert domain.expire(opened(), at=LATER) == (opened(), [])


def meeting(**changes) -> Meeting:
    return Meeting("m1", "r1", "Tea", "ada", NOON, **changes)


def test_who_is_present_is_who_came_and_did_not_leave() -> None:
    on = meeting(joined={"p1": "ada", "p2": "bob", "p3": "ada"}, left=("p1", "p2"))

    assert on.present == ["ada"]
    assert on.participants == ["ada", "bob"]
    assert on.duration_seconds is None


def test_nobody_is_present_in_a_meeting_that_ended() -> None:
    ended = meeting(joined={"p1": "ada"}, ended_at=LATER)

    assert (ended.present, ended.duration_seconds) == ([], 300.0)


def test_a_meeting_is_summed_up_in_one_line() -> None:
    quiet = meeting(joined={"p1": "ada"})
    talk = meeting(joined={"p1": "ada", "p2": "bob"}, first_message=4, last_message=4)

    assert quiet.summary == "Tea: 1 person, 0 messages"
    assert talk.summary == "Tea: 2 people, 1 message"


def test_not_everybody_in_the_world_is_invited() -> None:
    most = [f"u{n}" for n in range(domain.MOST_INVITED)]
    room, _ = domain.invite(opened(), most, by="ada", at=LATER)

    with pytest.raises(domain.TooManyInvited):
        domain.invite(room, ["one more"], by="ada", at=LATER)
