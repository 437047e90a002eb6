"""Takes the pictures of `docs/screenshots` from the running platform: `make screenshots`.

Two browsers, whose cameras show drawn people instead of Chromium's test pattern.
"""

import asyncio
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter
from playwright.async_api import Playwright, async_playwright

from stack.trial import Platform, running_platform

ROOT = Path(__file__).parents[1]
OUT = ROOT / "docs/screenshots"
sys.path.insert(0, str(ROOT / "tests/e2e"))

from conftest import CHROMIUM, FLAGS, SETTINGS  # noqa: E402 - its folder is named above

from people import Person  # noqa: E402

PEOPLE = {
    "Ada": ((38, 70, 83), (42, 157, 143), (233, 196, 106), (92, 64, 51)),
    "Bob": ((88, 47, 84), (181, 101, 118), (244, 162, 97), (40, 30, 30)),
}
"""Two colours of the wall, the clothes, the hair."""
SIZE = (1280, 720)
FRAMES = 20


def draw(name: str, step: int) -> Image.Image:
    """One frame of somebody who sways a little before a wall."""
    top, bottom, clothes, hair = PEOPLE[name]
    wall = Image.new("RGB", (1, 2))
    wall.putdata([top, bottom])
    picture = wall.resize(SIZE, Image.Resampling.BICUBIC)
    pen = ImageDraw.Draw(picture)
    sway = abs(step - FRAMES // 2) - FRAMES // 4
    x, y, skin = 640 + 2 * sway, 330 + sway // 2, (236, 188, 152)
    pen.ellipse((x - 150, y - 190, x + 150, y + 150), fill=hair)
    pen.rounded_rectangle((x - 280, y + 190, x + 280, 900), 180, fill=clothes)
    pen.rounded_rectangle((x - 52, y + 90, x + 52, y + 240), 40, fill=skin)
    pen.ellipse((x - 115, y - 140, x + 115, y + 145), fill=skin)
    pen.pieslice((x - 128, y - 175, x + 128, y + 60), 180, 360, fill=hair)
    for side in (-45, 45):
        pen.ellipse((x + side - 11, y - 12, x + side + 11, y + 12), fill=(45, 35, 35))
    pen.arc((x - 48, y + 20, x + 48, y + 92), 20, 160, fill=(150, 70, 70), width=8)
    return picture.filter(ImageFilter.GaussianBlur(1.2))


def film(name: str, folder: Path) -> Path:
    """A camera for Chromium: uncompressed, as it wants it (4:2:0)."""
    for step in range(FRAMES):
        draw(name, step).save(folder / f"{name}{step:02}.png")
    path = folder / f"{name}.y4m"
    frames = ["-framerate", "10", "-i", str(folder / f"{name}%02d.png")]
    command = ["ffmpeg", "-loglevel", "error", "-y", *frames, "-pix_fmt", "yuv420p", str(path)]
    subprocess.run(command, check=True)
    return path


async def arrives(playwright: Playwright, platform: Platform, name: str, camera: Path) -> Person:
    flags = [*FLAGS, f"--use-file-for-fake-video-capture={camera}"]
    browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
    context = await browser.new_context(
        base_url=platform.url,
        permissions=["camera", "microphone"],
        viewport={"width": 1440, "height": 860},
    )
    person = Person(name, await context.new_page(), platform)
    await person.registers()
    return person


async def take(platform: Platform, folder: Path) -> None:
    async with async_playwright() as playwright:
        ada = await arrives(playwright, platform, "Ada", film("Ada", folder))
        bob = await arrives(playwright, platform, "Bob", film("Bob", folder))

        async def keep(name: str, person: Person = ada) -> None:
            await person.page.wait_for_timeout(1200)
            await person.page.screenshot(path=OUT / f"{name}.png")

        await keep("home-empty", bob)
        room = await ada.opens_a_room("Monday planning")
        await ada.joins(room)
        await bob.joins(room)
        await ada.says("Good morning! Here is the agenda: https://example.org/agenda")
        await bob.says("Thanks, Ada. Shall I share the plan?")
        await ada.says("Yes, please")
        await ada.sees_somebody()
        await bob.sees_somebody()
        await keep("call")
        await ada.page.emulate_media(color_scheme="dark")
        await keep("call-dark")
        await ada.page.set_viewport_size({"width": 360, "height": 740})
        await keep("call-phone-chat")
        await ada.page.keyboard.press("Escape")
        if await ada.page.get_by_test_id("chat-input").is_visible():
            await ada.page.get_by_label("Close").first.click()
        await keep("call-phone")
        await ada.page.set_viewport_size({"width": 768, "height": 1024})
        await keep("call-tablet")
        await ada.page.set_viewport_size({"width": 1440, "height": 860})
        await bob.sees("control-screen").click()
        await ada.page.wait_for_timeout(2500)
        await keep("screen-share")
        await bob.leaves()
        await bob.page.goto("/home")
        await keep("home", bob)
        await bob.page.goto(f"/messages/{room}")
        await keep("messages", bob)
        await bob.page.goto("/profile")
        await keep("profile", bob)
        await bob.page.context.clear_cookies()
        await bob.page.goto("/")
        await keep("landing", bob)


if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as name,
        running_platform(Path(name), SETTINGS) as running,
    ):
        asyncio.run(take(running, Path(name)))
