from datetime import timedelta

import pytest

from common.connection import LONGEST_WAIT, OPENS_WITHIN
from common.events import GatewayAlive, UserDisconnected
from common.mongo import Database
from common.presence import SAID_EVERY, SILENT_AFTER, Gateways, Hearing
from common.testing import NOON

SECOND = timedelta(seconds=1)


def good_at(hearing: Hearing, keeps_up: dict[int, bool], *, until: int) -> list[int]:
    """The seconds at which silence would be believed; only those in `keeps_up` are looked at."""
    return [
        second
        for second in range(until)
        if second in keeps_up
        and hearing.is_good(keeps_up=keeps_up[second], at=NOON + second * SECOND)
    ]


def test_silence_is_believed_only_after_listening_long_enough() -> None:
    enough = int(Hearing.ENOUGH.total_seconds())
    keeps_up = {second: second != 20 for second in range(50)}

    assert good_at(Hearing(), keeps_up, until=50) == [*range(enough, 20), *range(21 + enough, 50)]


def test_a_process_that_stood_still_has_heard_nothing_meanwhile() -> None:
    enough = int(Hearing.ENOUGH.total_seconds())
    looked = {second: True for second in range(60) if not 20 < second < 30}

    assert good_at(Hearing(), looked, until=60) == [*range(enough, 21), *range(30 + enough, 60)]


def test_every_gateway_is_heard_again_before_silence_is_believed() -> None:
    found_again = timedelta(seconds=OPENS_WITHIN + LONGEST_WAIT)

    assert found_again + SAID_EVERY < Hearing.ENOUGH
    assert 2 * SAID_EVERY + 2 * Hearing.LOOKS_EVERY <= SILENT_AFTER


async def test_a_gateway_is_silent_when_it_was_not_heard_for_long(db: Database) -> None:
    gateways = Gateways(db)
    alive = gateways.subscription()
    later = NOON + SILENT_AFTER + SECOND

    await alive.react(GatewayAlive(occurred_at=NOON, gateway_id="old"))
    await alive.react(GatewayAlive(occurred_at=later, gateway_id="new"))
    await alive.react(GatewayAlive(occurred_at=NOON, gateway_id="new"))  # late, changes nothing

    assert await gateways.silent(at=NOON + SILENT_AFTER) == []
    assert await gateways.silent(at=later) == ["old"]


@pytest.mark.parametrize(("extra", "seconds"), [("", 0.0), (', "silentSeconds": 4.5', 4.5)])
def test_an_older_gateway_does_not_say_how_long_a_socket_was_silent(
    extra: str, seconds: float
) -> None:
    body = (
        '{"occurredAt": "2026-01-02T12:00:00Z", "connectionId": "c", "userId": "u",'
        f' "sessionId": "s", "gatewayId": "g", "code": 1006{extra}}}'
    )

    assert UserDisconnected.parse(body).silent_seconds == seconds
