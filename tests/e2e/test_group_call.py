"""Three people meet: a media worker takes the call over, and when it dies another one does."""

import asyncio
import json
import os
import signal

from playwright.async_api import expect

from common.testing import eventually
from people import Person
from stack.trial import Platform

CONNECTIONS = "() => [...(window.__convo?.peerConnections().keys() ?? [])]"
PORT_OF_THE_WORKER = """
async () => {
  window.carried = window.__convo.peerConnections().get("pub");
  const report = await window.carried.getStats();
  const pairs = [...report.values()].filter(({ type }) => type === "candidate-pair");
  const pair = pairs.find(({ nominated, state }) => nominated && state === "succeeded");
  return report.get(pair.remoteCandidateId).port;
}
"""
IS_CARRIED_ANEW = "() => window.__convo.peerConnections().get('pub') !== window.carried"
A_MOVE = 40.0
"""Seconds within which a call has left one way for another, on a busy machine."""


async def goes_through_a_worker(someone: Person) -> None:
    """And through nothing else any more."""

    async def only() -> bool:
        return await someone.page.evaluate(CONNECTIONS) == ["pub", "sub"]

    await eventually(only, within=A_MOVE)


async def goes_through_another(someone: Person) -> None:
    async def other() -> bool:
        return bool(await someone.page.evaluate(IS_CARRIED_ANEW))

    await eventually(other, within=A_MOVE)
    await goes_through_a_worker(someone)


async def kill_the_worker_of(someone: Person, platform: Platform) -> None:
    """`kill -9` for the one that carries the call, known by the port its media comes from."""
    port = await someone.page.evaluate(PORT_OF_THE_WORKER)
    first = int(platform.environment["CONVO_MEDIA_WORKER_PORT"])
    state = json.loads((platform.data / "state.json").read_text())
    os.kill(int(state[f"media-worker-{port - first + 1}"]["pid"]), signal.SIGKILL)


async def meet(*people: Person, others: int) -> None:
    """Everybody sees and hears all others."""
    for someone in people:
        await someone.sees_somebody(people=others)
        await someone.hears_somebody(people=others)


async def test_three_people_meet_through_a_worker_and_one_leaves(person) -> None:
    ada, bob = await person("Ada"), await person("Bob")
    room = await ada.opens_a_room("Tea")
    await ada.joins(room)
    await bob.joins(room)
    await meet(ada, bob, others=1)

    eve = await person("Eve")
    await eve.joins(room)
    for someone in (ada, bob, eve):
        await goes_through_a_worker(someone)
    await meet(ada, bob, eve, others=2)

    await ada.sees("control-screen").click()
    for someone in (bob, eve):
        await expect(someone.sees("screen-share")).to_be_visible()
        await someone.decodes("video", "framesDecoded", tracks=3)
    await ada.sees("control-screen").click()
    for someone in (bob, eve):
        await expect(someone.sees("screen-share")).to_have_count(0)

    await eve.leaves()
    for someone in (ada, bob):
        await expect(someone.page.locator("[data-testid^='tile-']")).to_have_count(1)
        assert await someone.page.evaluate(CONNECTIONS) == ["pub", "sub"]
    await meet(ada, bob, others=1)


async def test_a_worker_is_killed_and_everybody_sees_everybody_again(
    person, platform: Platform
) -> None:
    people = [await person(name) for name in ("Ada", "Bob", "Eve")]
    room = await people[0].opens_a_room("Tea")
    for someone in people:
        await someone.joins(room)
    for someone in people:
        await goes_through_a_worker(someone)
    await meet(*people, others=2)
    for someone in people[1:]:
        await someone.page.evaluate(PORT_OF_THE_WORKER)

    await kill_the_worker_of(people[0], platform)

    await asyncio.gather(*(goes_through_another(someone) for someone in people))
    await meet(*people, others=2)
    for someone in people:
        await expect(someone.page.locator("[data-testid^='tile-']")).to_have_count(2)
