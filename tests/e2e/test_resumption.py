"""Who comes late, who was cut off, and whose server went away: nothing is lost to them."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Route, expect

from stack.trial import Platform

AWAY = 30_000
"""Milliseconds after which an absence is reported."""


A_START = 90_000
"""Milliseconds that a gateway may need to be there again on a slow machine."""
WATCH_FOR_A_BREAK = """
() => {
  window.breaks = [];
  const count = () => document.querySelectorAll("[data-testid^='tile-']").length;
  new MutationObserver(() => {
    if (count() !== 1) window.breaks.push(`${count()} tiles`);
    if (document.querySelector(".MuiSnackbar-root")) window.breaks.push("a toast");
  }).observe(document.body, { childList: true, subtree: true });
}
"""


OVERLOADED = {"code": "overloaded", "status": 503, "detail": "Too much is asked."}
"""What a gateway says that is late with everything, as on a busy machine (gateway.lateness)."""


def gateway_of(platform: Platform) -> int:
    """Its pid."""
    return int(json.loads((platform.data / "state.json").read_text())["gateway"]["pid"])


async def kill_gateway(platform: Platform) -> None:
    """`kill -9`; the supervisor starts another one."""
    os.kill(gateway_of(platform), signal.SIGKILL)


async def replace_gateway(platform: Platform) -> None:
    """As for a new version: the old one says goodbye when the new one is ready."""
    command = (sys.executable, "-m", "stack", "restart", "gateway")
    environment = {**os.environ, **platform.environment}
    process = await asyncio.create_subprocess_exec(*command, env=environment)
    assert await process.wait() == 0


async def test_who_comes_late_is_told_what_went_on_and_reads_where_they_are_named(person) -> None:
    ada, bob = await person("Ada"), await person("Bob")
    room = await ada.opens_a_room("Tea")
    await ada.joins(room)
    await ada.sees("control-hand").click()
    await ada.says("Good morning")
    await ada.says("Where is Bob?")
    for number in range(60):
        await ada.says(f"Point {number}")
    await ada.reads("Point 59")

    await bob.joins(room)

    digest = bob.sees("digest")
    await expect(digest).to_contain_text("Ada is here")
    await expect(digest).to_contain_text("Ada raised a hand")
    await expect(digest).to_contain_text("62 messages, 1 names you")
    await bob.sees("digest-read").click()
    named = bob.sees("chat-message").filter(has_text="Where is Bob?")
    await expect(named).to_be_focused()
    await expect(named).to_be_in_viewport()
    await expect(digest).to_have_count(0)


async def test_the_digest_goes_with_escape(person) -> None:
    ada, bob = await person("Ada"), await person("Bob")
    room = await ada.opens_a_room()
    await ada.joins(room)
    await ada.says("Good morning")
    await ada.reads("Good morning")
    await bob.joins(room)
    await expect(bob.sees("digest")).to_be_visible()

    await bob.page.keyboard.press("Escape")

    await expect(bob.sees("digest")).to_have_count(0)


async def test_who_was_cut_off_comes_back_to_everything_once_and_in_order(person) -> None:
    ada, bob, carl = await person("Ada"), await person("Bob"), await person("Carl")
    room = await ada.opens_a_room()
    for someone in (ada, bob):
        await someone.joins(room)
    await ada.sees_somebody()
    await ada.says("before")
    await bob.reads("before")
    await bob.sees("control-chat").click()

    await bob.page.context.set_offline(True)
    await expect(bob.sees("call-reconnecting")).to_contain_text("Connection lost")
    await carl.joins(room)
    texts = [f"while Bob was away {number}" for number in range(10)]
    for text in texts:
        await ada.says(text)
    await bob.says("from the tunnel")
    await expect(bob.sees("pending")).to_contain_text("when you are connected again")
    await bob.sees("control-chat").click()
    await bob.page.wait_for_timeout(AWAY)  # an absence is as long as it is
    await bob.page.context.set_offline(False)

    digest = bob.sees("digest")
    await expect(digest).to_contain_text("You were away")
    await expect(digest).to_contain_text("Carl joined")
    await expect(digest).to_contain_text("10 messages, 10 name you")
    await expect(bob.sees("call-reconnecting")).to_have_count(0)
    for someone in (ada, bob):
        await someone.reads("before", *texts, "from the tunnel")
    await bob.sees_somebody(people=2)
    await ada.sees_somebody(people=2)


async def test_a_message_that_waits_is_sent_once_after_a_reload(person) -> None:
    ada, bob = await person("Ada"), await person("Bob")
    room = await ada.opens_a_room()
    await ada.joins(room)
    await bob.joins(room)
    await ada.opens_the_chat()
    # The frame leaves and is heard of by nobody: the page cannot know whether it arrived.
    await bob.page.evaluate(
        "() => { const send = WebSocket.prototype.send; WebSocket.prototype.send ="
        " function (text) { if (!text.includes('chatMessage')) send.call(this, text) } }"
    )
    await bob.says("once")
    await expect(bob.sees("pending")).to_be_visible()

    await bob.page.reload()

    await expect(bob.sees("local-tile")).to_be_visible()
    await expect(ada.sees("chat-message")).to_have_text(["once"])
    await bob.opens_the_chat()
    await expect(bob.sees("chat-message")).to_have_text(["once"])
    await expect(bob.sees("pending")).to_have_count(0)
    await bob.page.reload()
    await expect(bob.sees("local-tile")).to_be_visible()
    await bob.says("twice")
    await expect(ada.sees("chat-message")).to_have_text(["once", "twice"])


@pytest.mark.parametrize("how", [kill_gateway, replace_gateway])
async def test_the_gateway_goes_and_nobody_leaves_the_call(
    person, platform: Platform, how: Callable[[Platform], Awaitable[None]]
) -> None:
    ada, bob = await person("Ada"), await person("Bob")
    room = await ada.opens_a_room()
    await ada.joins(room)
    await bob.joins(room)
    await ada.sees_somebody()
    await bob.sees_somebody()
    await ada.says("before")
    await bob.reads("before")
    for someone in (ada, bob):
        await someone.page.evaluate(WATCH_FOR_A_BREAK)

    await how(platform)
    await ada.says("meanwhile")

    await ada.sees_somebody()
    await bob.sees_somebody()
    for someone in (ada, bob):
        arrived = someone.sees("chat-message")
        await expect(arrived).to_have_text(["before", "meanwhile"], timeout=A_START)
        await expect(someone.sees("pending")).to_have_count(0, timeout=A_START)
    await ada.sees_somebody()
    await bob.sees_somebody()
    # How long a killed one is away is the machine's affair: peers are waited for 8 s.
    if how is replace_gateway:
        for someone in (ada, bob):
            assert await someone.page.evaluate("window.breaks") == []


@pytest.mark.parametrize("way", ["/api/auth/refresh", "/api/rooms/*", "/api/rooms/*/join"])
async def test_a_gateway_that_refuses_for_a_moment_keeps_nobody_out(person, way: str) -> None:
    ada, bob = await person("Ada"), await person("Bob")
    room = await ada.opens_a_room()
    refused = []

    async def refuse(route: Route) -> None:
        refused.append(route.request.url)
        await route.fulfill(status=503, json=OVERLOADED, headers={"Retry-After": "1"})

    await bob.page.route(f"**{way}", refuse, times=1)

    await bob.joins(room)

    assert len(refused) == 1
