"""The gateway speaks WebSocket as the standard says."""

import pytest

from tests.conformance.suite import EVERY, failed, run


@pytest.mark.chaos
def test_every_case_of_autobahn_passes() -> None:
    results = run(EVERY)

    assert len(results) > 250
    assert failed(results) == []


@pytest.mark.chaos
def test_a_case_that_the_stock_websocket_fails_is_found() -> None:
    wrong = failed(run(["7.1.5"], stock=True))

    assert [each["case"] for each in wrong] == ["7.1.5"]
