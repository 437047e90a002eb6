"""What people do besides calling, in real browsers."""

import asyncio
import io
import re
import sys

import httpx
import pytest
from PIL import Image
from playwright.async_api import Browser, expect

from people import PATIENCE, Person
from stack.trial import Platform, running_platform


@pytest.fixture
def portrait() -> bytes:
    """A picture as a phone would take it."""
    taken = io.BytesIO()
    Image.effect_mandelbrot((800, 600), (-2, -1.5, 1, 1.5), 60).convert("RGB").save(taken, "JPEG")
    return taken.getvalue()


async def test_a_profile_picture_is_cropped_uploaded_and_seen_by_others(
    person, portrait: bytes
) -> None:
    ada, bob = await person("Ada"), await person("Bob")
    await ada.page.goto("/profile")

    await ada.sees("picture-file").set_input_files(
        {"name": "me.jpg", "mimeType": "image/jpeg", "buffer": portrait}
    )
    await ada.sees("crop-done").click()

    await expect(ada.page.get_by_text("Change the picture")).to_be_visible()
    shown = ada.page.locator("main img").first
    await expect(shown).to_have_js_property("naturalWidth", 512)
    room = await ada.opens_a_room()
    await ada.joins(room)
    await bob.joins(room)
    await ada.sees("control-camera").click()
    picture = bob.page.locator("[data-testid^='tile-'] img")
    await expect(picture).to_have_js_property("naturalWidth", 512)


async def test_what_is_no_picture_is_refused_in_words(person) -> None:
    ada = await person("Ada")
    await ada.page.goto("/profile")

    await ada.sees("picture-file").set_input_files(
        {"name": "me.png", "mimeType": "image/png", "buffer": b"<script>alert(1)</script>"}
    )

    await expect(ada.page.get_by_role("alert")).to_be_visible()


async def test_messages_are_read_and_written_outside_a_call_too(person) -> None:
    ada, bob = await person("Ada"), await person("Bob")
    room = await ada.opens_a_room()
    await ada.joins(room)
    await bob.joins(room)
    await ada.says("from the call")
    await bob.leaves()

    await bob.page.goto(f"/messages/{room}")
    await expect(bob.sees("chat-message")).to_have_text(["from the call"])
    await bob.says("from the desk")

    await expect(ada.sees("chat-message")).to_have_text(["from the call", "from the desk"])


async def test_who_closes_the_window_is_shown_offline(person) -> None:
    ada, bob = await person("Ada"), await person("Bob")
    room = await ada.opens_a_room()
    await bob.joins(room)
    await bob.leaves()
    await ada.joins(room)
    await ada.sees("control-people").click()
    people = ada.sees("participant-list")
    await expect(people.get_by_text(re.compile("online", re.IGNORECASE))).to_be_visible()

    await bob.page.goto("about:blank")

    await expect(people.get_by_text(re.compile("offline", re.IGNORECASE))).to_be_visible()


async def test_the_host_ends_the_meeting_for_everybody(person) -> None:
    ada, bob = await person("Ada"), await person("Bob")
    room = await ada.opens_a_room()
    await ada.joins(room)
    await bob.joins(room)

    await ada.sees("control-leave").click()
    await ada.sees("end-for-everyone").click()

    await expect(bob.page.get_by_text(re.compile("ended", re.IGNORECASE)).first).to_be_visible()
    await expect(bob.sees("local-tile")).to_have_count(0)


async def test_words_that_look_like_code_stay_words(person) -> None:
    ada, bob = await person("Ada"), await person("Bob")
    room = await ada.opens_a_room("<img src=x onerror=alert(1)>")
    for someone in (ada, bob):
        await someone.joins(room)
    alerts: list[str] = []
    bob.page.on("dialog", lambda dialog: alerts.append(dialog.message))

    await ada.says("<script>alert(2)</script> javascript:alert(3) <b>bold</b>")

    await expect(bob.sees("control-chat")).to_be_visible()
    await bob.reads("<script>alert(2)</script>")
    assert alerts == []


async def test_everything_is_there_again_after_a_restart(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("restarted")
    with running_platform(folder) as platform:
        ports = {k: v for k, v in platform.environment.items() if k.endswith("_PORT")}
        ada = await _somebody(browser, platform)
        room = await ada.opens_a_room("Yesterday")
        await ada.joins(room)
        await ada.says("see you tomorrow")
        await ada.reads("see you tomorrow")

    with running_platform(folder, ports) as platform:
        assert platform.url == ada.platform.url
        async with httpx.AsyncClient(base_url=platform.url, timeout=20) as api:
            token = await ada.token()
            headers = {"Authorization": f"Bearer {token}"}
            [message] = (await api.get(f"/api/chat/messages/{room}", headers=headers)).json()
        await ada.page.goto(f"/messages/{room}")
        await expect(ada.sees("chat-message")).to_have_text(["see you tomorrow"])
        await ada.page.context.close()

    assert message["message"] == "see you tomorrow"


async def _somebody(browser: Browser, platform: Platform) -> Person:
    context = await browser.new_context(base_url=platform.url, permissions=["camera", "microphone"])
    person = Person("Ada", await context.new_page(), platform)
    person.page.set_default_timeout(PATIENCE)
    await person.registers()
    return person


async def test_somebody_tests_the_connection_before_joining(person) -> None:
    ada = await person("Ada")
    await ada.opens_a_room()

    await ada.sees("connection-test").click()

    told = ada.sees("connection-result")
    await expect(told).to_contain_text("Your network lets calls through", timeout=3 * PATIENCE)
    for way in ("Browser to browser", "Relay over UDP", "Relay over TCP"):
        await expect(told).to_contain_text(f"{way}: works")


async def test_the_doctor_finds_every_way_open(platform: Platform) -> None:
    doctor = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "stack.doctor",
        env=dict(platform.environment), stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    async with asyncio.timeout(120):
        said, _ = await doctor.communicate()

    assert doctor.returncode == 0, said.decode()
    for way in ("TURN over UDP", "TURN over TCP", "TURN over TLS", "media worker by TURN"):
        assert f"✓ {way}" in said.decode()
