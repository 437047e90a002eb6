from datetime import timedelta

from auth import domain
from auth.domain import User
from common.events import PresenceChanged, SessionStarted, UserRegistered, UserUpdated
from common.testing import NOON

LATER = NOON + timedelta(minutes=1)


def ada(**fields) -> User:
    user, _ = domain.register(
        "u1",
        username="Ada",
        email="Ada@Example.org",
        full_name=fields.pop("full_name", "Ada Lovelace"),
        password_hash="hash",
        at=NOON,
    )
    return user


def updated(user, **fields):
    given = {
        "username": user.username,
        "full_name": user.full_name,
        "contact": user.contact,
        "without_picture": False,
        "at": LATER,
        **fields,
    }
    return domain.update(user, **given)


def test_a_new_person_is_a_user_and_offline():
    user, [event] = domain.register(
        "u1", username="Ada", email="Ada@Example.org", full_name=None, password_hash="h", at=NOON
    )

    assert isinstance(event, UserRegistered)
    assert event.user_id == "u1"
    assert user.version == 1
    assert user.roles == ("user",)
    assert user.status == "offline"
    assert (user.username_key, user.email_key) == ("ada", "ada@example.org")
    assert user.name == "Ada"
    assert ada().name == "Ada Lovelace"


def test_a_password_is_not_shown_with_its_person():
    assert "hash" not in repr(ada()).replace("password_hash", "")


def test_signing_in_is_remembered():
    user, [event] = domain.sign_in(ada(), "s1", at=LATER)

    assert isinstance(event, SessionStarted)
    assert event.session_id == "s1"
    assert user.last_login == LATER
    assert user.password_hash == "hash"
    assert domain.sign_in(user, "s2", at=NOON, rehashed="better")[0].last_login == LATER
    assert domain.sign_in(user, "s2", at=NOON, rehashed="better")[0].password_hash == "better"


def test_a_change_of_name_is_told_and_no_change_is_not():
    user, [event] = updated(ada(), username="Countess", full_name="Ada King")

    assert isinstance(event, UserUpdated)
    assert event.full_name == "Ada King"
    assert (user.username, user.username_key) == ("Countess", "countess")
    assert user.updated_at == LATER
    assert user.version == 2
    assert updated(ada())[1] == []


def test_without_a_full_name_the_username_is_shown():
    _, [event] = updated(ada(), full_name=None)

    assert event.full_name == "Ada"


def test_the_newest_picture_stays():
    first, [event] = domain.picture(ada(), "/p/1", at=LATER)
    assert event.profile_picture == "/p/1"

    assert domain.picture(first, "/p/0", at=NOON) == (first, [])
    assert domain.picture(first, "/p/1", at=LATER) == (first, [])
    assert domain.picture(first, "/p/2", at=LATER + timedelta(1))[0].profile_picture == "/p/2"


def test_a_removed_picture_does_not_come_back_with_an_old_fact():
    shown, _ = domain.picture(ada(), "/p/1", at=LATER)
    removed, [event] = updated(shown, without_picture=True, at=NOON)

    assert removed.profile_picture is None
    assert event.profile_picture is None
    assert domain.picture(removed, "/p/1", at=LATER) == (removed, [])
    assert updated(ada(), without_picture=True)[0].picture_at == LATER


def test_a_role_is_given_once():
    admin, [_] = domain.promote(ada(), "admin", at=LATER)

    assert admin.roles == ("user", "admin")
    assert domain.promote(admin, "admin", at=LATER) == (admin, [])


def test_only_a_change_of_status_is_told():
    online, [event] = domain.appear(ada(), "online", at=LATER)

    assert isinstance(event, PresenceChanged)
    assert event.status == "online"
    assert online.last_seen == LATER
    assert domain.appear(online, "online", at=LATER) == (online, [])
    assert domain.appear(online, "offline", at=NOON)[0].last_seen == LATER
