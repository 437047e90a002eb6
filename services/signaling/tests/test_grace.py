from datetime import timedelta

import pytest

from common.testing import NOON
from signaling import domain
from signaling.domain import Call, Newcomer

SECOND = timedelta(seconds=1)


@pytest.fixture
def call() -> Call:
    who = Newcomer("ada", "s1", "socket-of-ada", "g1", "Ada", "participant")
    changed, _ = domain.join(Call(id="r1"), who, new_peer_id="p1", new_meeting_id="m1", at=NOON)
    return changed


@pytest.mark.parametrize(("silent", "left"), [(0, 8), (3, 5), (6, 2), (7.5, 2), (60, 2)])
def test_silence_before_the_end_counts_and_leaves_two_seconds(
    call: Call, silent: float, left: float
) -> None:
    lost, _ = domain.lose_connection(call, "socket-of-ada", at=NOON, silent=silent * SECOND)

    early, _ = domain.drop_lost(lost, at=NOON + (left - 0.001) * SECOND)
    late, _ = domain.drop_lost(lost, at=NOON + left * SECOND)

    assert len(early.peers) == 1
    assert late.peers == ()


def test_the_fact_is_told_when_the_socket_closed_not_when_it_fell_silent(call: Call) -> None:
    _, [fact] = domain.lose_connection(call, "socket-of-ada", at=NOON, silent=5 * SECOND)

    assert fact.occurred_at == NOON
