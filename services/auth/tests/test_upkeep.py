from datetime import timedelta

import pytest

from auth import upkeep
from common.mongo import AWAY
from common.presence import Hearing
from common.testing import NOON


class Over(BaseException):
    """Ends a loop that never ends."""


class Bus:
    def __init__(self, *answers):
        self.answers = list(answers)

    async def keeps_up(self):
        return self.answers.pop(0) if self.answers else True


class Sessions:
    def __init__(self, errors=()):
        self.asked = 0
        self.errors = list(errors)

    async def forget_successors(self, *, at):
        self.asked += 1
        if self.errors:
            raise self.errors.pop()


@pytest.fixture
def swept(monkeypatch):
    """When sockets were looked after, in a time that passes by looking only."""
    moments, now = [], NOON

    async def sleep(seconds):
        nonlocal now
        now += timedelta(seconds=seconds)
        if now > NOON + timedelta(seconds=60):
            raise Over

    async def sweep(_, *, at):
        moments.append((at - NOON).total_seconds())

    monkeypatch.setattr("auth.upkeep.asyncio.sleep", sleep)
    monkeypatch.setattr("auth.upkeep.utc_now", lambda: now)
    monkeypatch.setattr("auth.upkeep.presence.sweep", sweep)
    return moments


async def look_after(sessions, bus):
    with pytest.raises(Over):
        await upkeep.look_after(None, sessions, bus)


async def test_gateways_have_time_to_be_heard_before_any_is_missed(swept):
    await look_after(Sessions(), Bus())

    first = 1 + int(Hearing.ENOUGH.total_seconds())
    assert swept == list(range(first, 61))


async def test_while_the_bus_is_away_no_gateway_is_missed(swept):
    sessions = Sessions()
    await look_after(sessions, Bus(*[True] * 18, False, False))

    assert swept == [17, 18, *range(37, 61)]
    assert sessions.asked == 60


async def test_a_store_that_is_away_for_a_moment_ends_nothing(swept):
    sessions = Sessions(errors=[AWAY[0]("away")])
    await look_after(sessions, Bus())

    assert sessions.asked == 60
    assert swept[0] == 18
