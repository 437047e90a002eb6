from dataclasses import asdict, replace
from datetime import timedelta

import pytest

from auth import domain
from auth.domain import GRACE, IDLE, LONGEST, RefreshToken, SessionOver, fingerprint
from common.events import SessionRevoked
from common.testing import NOON

FIRST = RefreshToken("s1", 1, "family", "one")
SECOND = FIRST.successor("two")


def rotated(at=NOON, started_at=NOON):
    """A session whose second token is the current one."""
    return replace(
        domain.start(FIRST, "ada", remembered=True, at=started_at),
        generation=2,
        token_hash=fingerprint("two"),
        previous_hash=fingerprint("one"),
        successor="sealed",
        used_at=at,
    )


def test_a_cookie_is_read_as_it_was_written():
    assert RefreshToken.read(str(SECOND)) == SECOND
    assert str(SECOND) == "s1.2.family.two"


@pytest.mark.parametrize(
    "cookie", ["", "s1", "s1.1.f", "s1.x.f.s", "s1.-1.f.s", "s1.².f.s", "a.1.b.c.d", "s" * 300,
               "s1.1." + "f" * 200 + ".s", "s1.99999999999.f.s"]
)  # fmt: skip
def test_what_is_no_token_is_none(cookie):
    assert RefreshToken.read(cookie) is None


def test_secrets_are_not_stored():
    session = domain.start(FIRST, "ada", remembered=False, at=NOON)

    assert not {"one", "family"} & set(asdict(session).values())
    assert domain.belongs(session, SECOND)
    assert not domain.belongs(session, replace(SECOND, family="other"))


def test_the_last_token_may_ask_again_for_a_moment():
    session = rotated()

    assert domain.present_again(session, FIRST, at=NOON + GRACE) == (session, [])


@pytest.mark.parametrize(
    ("session", "token", "after"),
    [
        (rotated(), FIRST, GRACE + timedelta(milliseconds=1)),
        (rotated(), replace(FIRST, secret="another"), timedelta(0)),
        (replace(rotated(), generation=3), FIRST, timedelta(0)),
        (replace(rotated(), successor=None), FIRST, timedelta(0)),
        (replace(rotated(), previous_hash=None), FIRST, timedelta(0)),
    ],
)
def test_an_old_token_ends_the_family(session, token, after):
    ended, [event] = domain.present_again(session, token, at=NOON + after)

    assert isinstance(event, SessionRevoked)
    assert event.reason == "refresh-reuse"
    assert event.session_id == "s1"
    assert ended.revoked_at == NOON + after
    assert ended.successor is None
    assert ended.version == 1


@pytest.mark.parametrize(
    ("session", "token", "at"),
    [
        (rotated(), replace(FIRST, family="guessed"), NOON),
        (rotated(), replace(SECOND, secret="guessed"), NOON),
        (rotated(), SECOND.successor("future"), NOON),
        (replace(rotated(), revoked_at=NOON), FIRST, NOON),
        (rotated(), FIRST, NOON + IDLE),
        (rotated(at=NOON + LONGEST), FIRST, NOON + LONGEST),
    ],
)
def test_what_was_never_ours_or_is_over_ends_nothing(session, token, at):
    with pytest.raises(SessionOver):
        domain.present_again(session, token, at=at)


def test_a_session_ends_once():
    ended, [event] = domain.revoke(rotated(), "logout", at=NOON)

    assert event.reason == "logout"
    assert domain.revoke(ended, "logout", at=NOON) == (ended, [])
