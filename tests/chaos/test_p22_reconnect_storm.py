"""P22: a thousand clients that lose their gateway at once are back soon and hurt nobody."""

from pathlib import Path

import pytest

from tests.chaos.audience import Audience, gathered
from tests.chaos.checker import Latency
from tests.chaos.cluster import Cluster, Layout, running
from tests.chaos.traffic import Call, Traffic, flowing

BACK_WITHIN = 15.0
_NARROW = {"gateway": "tests.chaos.controls.narrow_gateway"}


async def storm(audience: Audience) -> tuple[Latency, Traffic]:
    """How long clients take to be back, and what became of REST meanwhile."""
    calls = [
        Call("GET", "/api/rooms?limit=5"),
        Call("GET", "/api/user/profile"),
        Call("GET", f"/api/chat/messages/{audience.room}?limit=10"),
    ]
    left = audience.cluster.gateways[-1]
    async with flowing(left, calls, token=audience.host.token, keeping=2, not_keeping=2) as traffic:
        times = await audience.lose("gateway-1")
    back = Latency.of(times)
    print(f"back       {back}\nREST       {traffic.count}, {traffic.failures[:5]}")
    return back, traffic


@pytest.mark.chaos
@pytest.mark.parametrize("size", [200, 1_000])
async def test_clients_that_all_come_back_at_once_are_served_and_rest_goes_on(
    cluster: Cluster, size: int
):
    async with gathered(cluster, size) as audience:
        back, traffic = await storm(audience)
        verdict = await audience.judged()

    assert back.count > size / 3, "by chance hardly anybody was there"
    assert back.longest <= BACK_WITHIN, back
    assert traffic.count > 50
    assert traffic.failures == []
    assert verdict.passed, verdict


@pytest.mark.chaos
async def test_a_gateway_that_has_room_for_one_request_refuses_others_in_a_storm(tmp_path: Path):
    async with (
        running(tmp_path, Layout(modules=_NARROW)) as narrow,
        gathered(narrow, 100) as audience,
    ):
        _, traffic = await storm(audience)

    assert any(" 503 " in each for each in traffic.failures), traffic.answered
