"""The gateway speaks WebSocket as the standard says."""

import pytest

from tests.conformance.suite import EVERY, failed, run


@pytest.mark.chaos
def test_every_case_of_autobahn_passes() -> None:
    results = run(EVERY)

    assert len(results) > 250
    assert failed(results) == []
