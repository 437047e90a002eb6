"""P11: the list of who is in a call converges to who is there, and nobody is there twice."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from common.testing import eventually
from tests.chaos.cluster import Cluster, Layout, running
from tests.chaos.fold import Frame
from tests.chaos.lone import Known
from tests.chaos.people import Person
from tests.chaos.resident import Resident

GONE_WITHIN = 15.0
"""Seconds from a death or a freeze until nobody shows the person any more."""
_FROZEN = 60.0
_SLACK = 2.0
"""Seconds for what a busy machine adds to the sum of all bounds."""


@dataclass
class Call:
    """A call as somebody in it sees it, and a client in it that can be hurt."""

    observer: Resident
    guest: Person
    process: asyncio.subprocess.Process
    most: int = 0
    """How often the guest was in the call at once at most."""
    times: list[str] = field(default_factory=list)

    def entries(self) -> list[Frame]:
        """The guest's devices as they are shown now."""
        state = self.observer.streams["call"].state or {"peers": []}
        return [each for each in state["peers"] if each["userId"] == self.guest.user_id]

    def count(self, _: Frame) -> None:
        self.most = max(self.most, len(self.entries()))

    async def is_there(self) -> bool:
        return [each["state"] for each in self.entries()] == ["connected"]

    async def is_gone(self) -> bool:
        return self.entries() == []

    async def is_offline(self) -> bool:
        wanted = self.guest.user_id
        told = await self.observer.socket.ask("watchPresence", userIds=[wanted])
        return bool(told["statuses"][wanted] == "offline")

    async def seconds_until_gone(self, *, within: float = 60) -> float:
        """Until the call and presence both say so.

        Raises:
            AssertionError: One of them does not within so many seconds.
        """
        begun = time.monotonic()
        await eventually(self.is_gone, within=within)
        from_call = time.monotonic() - begun
        await eventually(self.is_offline, within=within, every=0.1)
        took = time.monotonic() - begun
        print(f"gone from the call after {from_call:.1f} s, offline after {took:.1f} s")
        return took


@asynccontextmanager
async def call(cluster: Cluster) -> AsyncIterator[Call]:
    """The observer is at the last gateway, the guest at the first."""
    host = await Person.registered(Known(cluster.gateways[-1:]), "host")
    guest = await Person.registered(cluster, "guest")
    room = await host.opens_a_room(guest)
    command = (sys.executable, "-m", "tests.chaos.lone", cluster.gateways[0], guest.token, room)
    process = await asyncio.create_subprocess_exec(*command)
    observer = Resident("host", host, room)
    story = Call(observer, guest, process)
    observer.heard = story.count
    try:
        async with observer:
            await eventually(story.is_there, within=60)
            yield story
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        for each in (host, guest):
            await each.leaves()
        await cluster.ready()


def kill(_: Cluster, story: Call) -> None:
    story.process.kill()


def kill_with_its_gateway(cluster: Cluster, story: Call) -> None:
    cluster.signal("gateway-1", signal.SIGKILL)
    story.process.kill()


def freeze(_: Cluster, story: Call) -> None:
    os.kill(story.process.pid, signal.SIGSTOP)


@pytest.mark.chaos
async def test_a_client_that_is_killed_is_gone_soon(cluster: Cluster):
    async with call(cluster) as story:
        kill(cluster, story)

        took = await story.seconds_until_gone()

    assert took <= GONE_WITHIN
    assert story.most == 1


@pytest.mark.chaos
async def test_a_client_that_dies_with_its_gateway_leaves_no_ghost(cluster: Cluster):
    async with call(cluster) as story:
        kill_with_its_gateway(cluster, story)

        took = await story.seconds_until_gone()

    assert took <= GONE_WITHIN + _SLACK
    assert story.most == 1


@pytest.mark.chaos
async def test_a_client_that_is_frozen_is_gone_soon_and_comes_back_once(cluster: Cluster):
    async with call(cluster) as story:
        freeze(cluster, story)
        frozen = time.monotonic()
        took = await story.seconds_until_gone()
        await asyncio.sleep(_FROZEN - (time.monotonic() - frozen))
        assert await story.is_gone()

        os.kill(story.process.pid, signal.SIGCONT)
        await eventually(story.is_there, within=30)
        # A ghost of the frozen one would come up within the time it is waited for.
        await asyncio.sleep(GONE_WITHIN)

        assert await story.is_there()
    assert took <= GONE_WITHIN
    assert story.most == 1


@pytest.mark.chaos
@pytest.mark.parametrize(
    ("service", "control", "hurt"),
    [
        ("signaling", "never_drops", kill),
        ("signaling", "believes_gateways", kill_with_its_gateway),
        ("gateway", "never_looks", freeze),
    ],
)
async def test_who_is_gone_stays_in_the_call_where_nobody_looks(
    service: str, control: str, hurt: Callable[[Cluster, Call], None], tmp_path: Path
):
    layout = Layout(modules={service: f"tests.chaos.controls.{control}"})
    async with running(tmp_path, layout) as broken, call(broken) as story:
        hurt(broken, story)

        with pytest.raises(AssertionError, match="is_gone"):
            await story.seconds_until_gone(within=GONE_WITHIN + _SLACK)

        assert len(story.entries()) == 1
