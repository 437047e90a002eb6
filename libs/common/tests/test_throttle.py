from datetime import UTC, datetime, timedelta

import pytest

from common.mongo import Database
from common.throttle import Throttle, TooManyTries

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
WAITS = (0, 0, 0, 4)
A_MOMENT = timedelta(milliseconds=30)


async def test_of_two_tries_at_once_the_earlier_may_be_counted_last(db: Database) -> None:
    throttle = Throttle(db)

    await throttle.count("address", "192.0.2.1", WAITS, at=NOON + A_MOMENT)
    await throttle.count("address", "192.0.2.1", WAITS, at=NOON)


async def test_a_good_try_holds_up_nobody_who_came_just_before_it(db: Database) -> None:
    throttle = Throttle(db)
    await throttle.count("address", "192.0.2.1", WAITS, at=NOON)

    await throttle.take_back("address", "192.0.2.1", at=NOON + A_MOMENT)
    await throttle.count("address", "192.0.2.1", WAITS, at=NOON)


async def test_after_some_failed_tries_the_next_one_waits(db: Database) -> None:
    throttle = Throttle(db)
    for _ in range(3):
        await throttle.count("account", "ada", WAITS, at=NOON)

    with pytest.raises(TooManyTries) as refused:
        await throttle.count("account", "ada", WAITS, at=NOON + timedelta(seconds=1))

    assert refused.value.retry_after == 3
    await throttle.count("account", "ada", WAITS, at=NOON + timedelta(seconds=4))
