"""P14: a clock that is wrong breaks no order; a minute is tolerated, more is said clearly."""

from collections.abc import AsyncIterator
from http import HTTPStatus
from pathlib import Path

import httpx
import pytest

from common.testing import eventually
from tests.chaos.cluster import Cluster, Layout, running
from tests.chaos.people import Ids, Person

CLOCKED = ("chat", "auth-1", "gateway-1")
TOLERATED = (50, -50)
"""Seconds; a minute less what a slow answer may take."""
TOO_FAR = (3600, -3600)
_STRICT = {"chat": "tests.chaos.controls.strict_clock"}

pytestmark = pytest.mark.chaos


@pytest.fixture(scope="module", name="clocked")
async def _clocked(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Cluster]:
    folder = tmp_path_factory.mktemp("clocked")
    async with running(folder, Layout(clocked=CLOCKED), say=print) as cluster:
        yield cluster


async def says(cluster: Cluster, name: str) -> httpx.Response:
    async with httpx.AsyncClient(timeout=5) as http:
        return await http.get(f"{cluster.address(name)}/readyz")


async def is_ready(cluster: Cluster, name: str, *, ready: bool) -> bool:
    """Whether a process says what is expected of it, and its clock is the reason."""
    answer = await says(cluster, name)
    return answer.is_success == ready and answer.json()["checks"]["clock"] == ready


async def whole_evening(cluster: Cluster) -> list[int]:
    """Sign in, then open a room, write and read through each gateway; returns the codes."""
    codes = []
    ada = await Person.registered(cluster, "ada")
    for gateway in cluster.gateways:
        ada.gateway = lambda there=gateway: there  # type: ignore[method-assign]
        opened = await ada.ask("POST", "/api/rooms", {"roomName": "Skewed"})
        room = opened.json().get("roomId", "none")
        said = {"roomId": room, "message": "hello", "clientId": Ids("skew").next()}
        codes += [
            opened.status_code,
            (await ada.ask("POST", "/api/chat/message", said)).status_code,
            (await ada.ask("GET", f"/api/chat/messages/{room}")).status_code,
        ]
    await ada.leaves()
    return codes


@pytest.mark.parametrize("name", ["chat-1", "auth-1", "gateway-1"])
@pytest.mark.parametrize("seconds", TOLERATED)
async def test_less_than_a_minute_is_tolerated(clocked: Cluster, name: str, seconds: float):
    clocked.move_clock(name, seconds)
    try:
        codes = await whole_evening(clocked)
        ready = await is_ready(clocked, name, ready=True)
    finally:
        clocked.move_clock(name, 0)

    assert set(codes) <= {HTTPStatus.OK, HTTPStatus.CREATED}
    assert ready


@pytest.mark.parametrize("name", ["chat-1", "auth-1", "gateway-1"])
@pytest.mark.parametrize("seconds", TOO_FAR)
async def test_an_hour_makes_the_process_say_that_it_is_not_ready(
    clocked: Cluster, name: str, seconds: float
):
    clocked.move_clock(name, seconds)
    try:
        await eventually(lambda: is_ready(clocked, name, ready=False), within=10)
        codes = await whole_evening(clocked)
    finally:
        clocked.move_clock(name, 0)
    await eventually(lambda: is_ready(clocked, name, ready=True), within=10)

    print(f"{name} {seconds:+g} s: {codes}")
    assert HTTPStatus.INTERNAL_SERVER_ERROR not in codes
    assert HTTPStatus.UNAUTHORIZED in codes


async def test_messages_keep_their_order_when_the_clock_of_chat_jumps(clocked: Cluster):
    ada = await Person.registered(clocked, "ada")
    room = await ada.opens_a_room()
    ids = Ids("jump")
    told = []
    for seconds in (0, 600, -50, 3600, -3600, 50, 0):
        for name in ("chat-1", "chat-2"):
            clocked.move_clock(name, seconds)
        for _ in range(5):
            said = {"roomId": room, "message": f"at {seconds:+}", "clientId": ids.next()}
            answer = await ada.ask("POST", "/api/chat/message", said)
            if answer.is_success:
                told.append((answer.json()["seq"], said["clientId"]))
    await clocked.ready()
    history = [(each.seq, each.client_id) for each in await ada.history_of(room)]
    await ada.leaves()

    assert len(told) >= 20
    assert history == told
    assert [seq for seq, _ in history] == list(range(1, len(told) + 1))


async def test_a_service_that_tolerates_nothing_refuses_good_tokens(tmp_path: Path):
    layout = Layout(clocked=CLOCKED, modules=_STRICT)
    async with running(tmp_path, layout) as strict:
        strict.move_clock("chat-1", -50)
        strict.move_clock("chat-2", -50)
        codes = await whole_evening(strict)

    assert HTTPStatus.UNAUTHORIZED in codes
