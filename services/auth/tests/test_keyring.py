from datetime import timedelta

import pytest

from auth import domain
from auth.domain import Keyring, RotationPending, SigningKey
from auth.domain.keyring import NOTICE, RETIRING
from common.testing import NOON

MOMENT = timedelta(milliseconds=1)


def key(name, signs_at=NOON):
    return SigningKey(name, public="x", sealed="sealed", signs_at=signs_at)


def states(ring, at):
    return {key.id: state for key, state in ring.published(at).items()}


def test_the_first_key_signs_at_once_even_by_a_slow_clock():
    ring = Keyring((key("a"),))

    assert ring.current(NOON - timedelta(hours=1)).id == "a"
    assert states(ring, NOON) == {"a": "current"}


def test_a_key_is_published_before_it_signs_and_after():
    ring = domain.rotate(Keyring((key("a"),)), key("b"), at=NOON, now=False)
    turn = NOON + NOTICE

    assert states(ring, NOON) == {"a": "current", "b": "next"}
    assert ring.current(turn - MOMENT).id == "a"
    assert ring.current(turn).id == "b"
    assert states(ring, turn) == {"a": "retiring", "b": "current"}
    assert states(ring, turn + RETIRING - MOMENT) == {"a": "retiring", "b": "current"}
    assert states(ring, turn + RETIRING) == {"b": "current"}
    assert ring.version == 2


def test_while_a_key_waits_there_is_no_other():
    ring = domain.rotate(Keyring((key("a"),)), key("b"), at=NOON, now=False)

    with pytest.raises(RotationPending):
        domain.rotate(ring, key("c"), at=NOON, now=False)


def test_a_waiting_key_can_sign_at_once():
    ring = domain.rotate(Keyring((key("a"),)), key("b"), at=NOON, now=False)
    ring = domain.rotate(ring, key("c"), at=NOON, now=True)

    assert states(ring, NOON) == {"a": "retiring", "b": "current"}


def test_a_new_key_can_sign_at_once():
    ring = domain.rotate(Keyring((key("a"),)), key("b"), at=NOON, now=True)

    assert states(ring, NOON) == {"a": "retiring", "b": "current"}


def test_a_dead_key_is_dropped_by_the_next_rotation():
    ring = domain.rotate(Keyring((key("a"),)), key("b"), at=NOON, now=True)
    ring = domain.rotate(ring, key("c"), at=NOON + RETIRING, now=True)

    assert [each.id for each in ring.keys] == ["b", "c"]


def test_a_private_key_is_not_shown():
    assert "sealed" not in repr(key("a"))
