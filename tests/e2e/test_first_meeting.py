"""Two people who have never seen ConvoConnect meet in it."""

import json
import os
import signal

import pytest
from playwright.async_api import WebSocket, expect

from stack.trial import Platform


def kill(platform: Platform, service: str) -> None:
    """`kill -9`; the supervisor starts it again."""
    state = json.loads((platform.data / "state.json").read_text())
    os.kill(int(state[service]["pid"]), signal.SIGKILL)


async def test_two_people_meet_with_picture_sound_screen_and_chat(person) -> None:
    ada, bob = await person("Ada"), await person("Bob")
    room = await ada.opens_a_room("Tea")
    await ada.joins(room)
    await bob.joins(room)

    await ada.sees_somebody()
    await bob.sees_somebody()
    await ada.hears_somebody()
    await bob.hears_somebody()

    await ada.says("Good morning")
    await bob.reads("Good morning")
    await bob.says("Hello from here")
    await ada.says("Shall we begin?")
    await bob.reads("Good morning", "Hello from here", "Shall we begin?")
    await ada.reads("Good morning", "Hello from here", "Shall we begin?")

    await ada.sees("control-screen").click()
    await expect(bob.sees("screen-share")).to_be_visible()
    await bob.decodes("video", "framesDecoded", tracks=2)

    await bob.sees("control-mic").click()
    await expect(ada.page.get_by_label("Bob", exact=False).first).to_be_visible()
    await bob.leaves()
    await expect(ada.page.locator("[data-testid^='tile-']")).to_have_count(0)


async def test_a_reload_brings_a_person_back_into_the_call(person) -> None:
    ada, bob = await person("Ada"), await person("Bob")
    room = await ada.opens_a_room()
    await ada.joins(room)
    await bob.joins(room)
    await ada.sees_somebody()

    await bob.page.reload()

    await expect(bob.sees("local-tile")).to_be_visible()
    await bob.sees_somebody()
    await ada.sees_somebody()
    await expect(ada.page.locator("[data-testid^='tile-']")).to_have_count(1)


@pytest.mark.parametrize("service", ["chat", "signaling"])
async def test_a_killed_service_loses_nothing_and_the_call_goes_on(
    person, platform, service: str
) -> None:
    ada, bob = await person("Ada"), await person("Bob")
    room = await ada.opens_a_room()
    await ada.joins(room)
    await bob.joins(room)
    await ada.sees_somebody()
    await ada.says("before")
    await bob.reads("before")
    await bob.page.evaluate(
        "() => { window.closed = 0; const close = WebSocket.prototype.close;"
        " WebSocket.prototype.close = function (...a) { window.closed++; close.apply(this, a) } }"
    )
    frames = await bob.inbound("video", "framesDecoded")

    kill(platform, service)
    await ada.says("meanwhile")
    await bob.says("after")

    # Who is first of two who speak at once is open; that all see the same order is not.
    for text in ("meanwhile", "after"):
        for someone in (ada, bob):
            await expect(someone.sees("chat-message").filter(has_text=text)).to_have_count(1)
    assert await ada.shown_messages() == await bob.shown_messages()
    assert len(await bob.shown_messages()) == 3
    assert await bob.page.evaluate("window.closed") == 0, "the socket was dropped"
    assert sum(await bob.decodes("video", "framesDecoded")) > sum(frames)


async def test_a_room_with_a_password_asks_for_it(person) -> None:
    ada, bob = await person("Ada"), await person("Bob")
    room = await ada.opens_a_room("Secret tea", password="earl grey")
    await ada.joins(room)

    await bob.page.goto(f"/room/{room}")
    await bob.page.get_by_label("Password of the room").fill("green tea")
    await bob.sees("prejoin-join").click()
    await expect(bob.page.get_by_text("not the password")).to_be_visible()

    await bob.joins(room, password="earl grey")
    await bob.sees_somebody()


async def test_who_is_not_signed_in_is_asked_to_and_then_arrives(person) -> None:
    ada = await person("Ada")
    room = await ada.opens_a_room()
    await ada.page.context.clear_cookies()

    await ada.page.goto(f"/room/{room}")
    await expect(ada.page.get_by_label("Username or email")).to_be_visible()
    await ada.page.get_by_label("Username or email").fill(ada.email)
    await ada.page.get_by_label("Password", exact=True).fill("wrong password")
    await ada.page.locator("button[type=submit]").click()
    await expect(ada.page.get_by_text("Invalid credentials")).to_be_visible()
    await ada.page.get_by_label("Password", exact=True).fill(ada.password)
    await ada.page.locator("button[type=submit]").click()

    await expect(ada.sees("prejoin-join")).to_be_visible()


async def test_an_invitation_is_heard_of_at_once_and_leads_to_the_room(person) -> None:
    ada, bob = await person("Ada"), await person("Bob")
    room = await ada.opens_a_room()
    token = await ada.token()
    headers = {"Authorization": f"Bearer {token}"}
    found = await ada.page.request.get(f"/api/users?query={bob.email}", headers=headers)
    [him] = await found.json()

    await ada.page.request.post(
        f"/api/rooms/{room}/invitations", headers=headers, data={"userIds": [him["userId"]]}
    )

    await expect(bob.sees("notification-bell")).to_contain_text("1")
    await bob.sees("notification-bell").click()
    await expect(bob.sees("notification").first).to_contain_text("Ada")


async def test_a_second_room_receives_nothing_of_the_first(person) -> None:
    ada, bob = await person("Ada"), await person("Bob")
    await ada.joins(await ada.opens_a_room("One"))
    frames: list[str] = []

    def watch(socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: frames.append(str(frame)))

    bob.page.on("websocket", watch)
    await bob.page.reload()
    await bob.joins(await bob.opens_a_room("Two"))

    await ada.says("only for room one")
    await ada.reads("only for room one")
    await bob.says("only for room two")
    await bob.reads("only for room two")

    assert any("only for room two" in frame for frame in frames), frames
    assert not any("only for room one" in frame for frame in frames)


async def test_a_phone_shows_the_call_without_overflow(person) -> None:
    ada = await person("Ada", viewport={"width": 360, "height": 740})
    await ada.joins(await ada.opens_a_room())

    wide = await ada.page.evaluate("document.documentElement.scrollWidth")

    assert wide <= 360
    for control in ("control-mic", "control-camera", "control-leave"):
        box = await ada.sees(control).bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 44, control


async def test_a_second_tab_takes_the_call_over_and_the_first_one_says_so(person) -> None:
    ada, bob = await person("Ada"), await person("Bob")
    room = await ada.opens_a_room()
    await ada.joins(room)
    await bob.joins(room)
    await ada.sees_somebody()

    second = await ada.page.context.new_page()
    await second.goto(f"/room/{room}")
    await second.get_by_test_id("prejoin-join").click()
    await expect(second.get_by_test_id("local-tile")).to_be_visible()

    await expect(ada.page.get_by_text("another tab").first).to_be_visible()
    await expect(bob.page.locator("[data-testid^='tile-']")).to_have_count(1)
    await bob.sees_somebody()
    await second.close()
