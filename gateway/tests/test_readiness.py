"""A gateway whose clock is not that of the services refuses good tokens, so it is not ready."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from gateway.readiness import Readiness


def readiness(off: timedelta) -> Readiness:
    def answer(_: httpx.Request) -> httpx.Response:
        date = format_datetime(datetime.now(UTC) + off, usegmt=True)
        return httpx.Response(200, json={"status": "ready"}, headers={"Date": date})

    return Readiness(
        httpx.AsyncClient(transport=httpx.MockTransport(answer)),
        {"auth": ["http://auth"]},
        bus_answers=lambda: True,
        is_draining=lambda: False,
    )


@pytest.mark.parametrize(("seconds", "status"), [(0, 200), (50, 200), (3600, 503), (-3600, 503)])
async def test_a_clock_far_from_the_services_is_not_ready(seconds: int, status: int) -> None:
    answer = await readiness(timedelta(seconds=seconds)).answer()

    assert answer.status_code == status
