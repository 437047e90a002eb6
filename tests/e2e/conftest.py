"""The whole platform on ports of its own, and people with browsers."""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Browser, async_playwright, expect

from people import PATIENCE, Person
from stack.trial import Platform, running_platform

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--auto-select-tab-capture-source-by-title=ConvoConnect",
    "--auto-accept-this-tab-capture",
]


expect.set_options(timeout=PATIENCE)

# The limits guard against one address, and here everybody has the same one.
SETTINGS = {"CONVO_RATE_LIMIT_SIGN_IN": "6000/minute"}


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """Everything `make run` starts, on free ports."""
    with running_platform(tmp_path_factory.mktemp("platform"), SETTINGS) as platform:
        yield platform


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


@pytest.fixture
async def person(platform: Platform, browser: Browser, tmp_path: Path):
    """`await person("Ada")`: somebody with an account and a browser of their own."""
    everybody: list[Person] = []

    async def made(name: str, **options: object) -> Person:
        context = await browser.new_context(
            base_url=platform.url, permissions=["camera", "microphone"], **options
        )
        page = await context.new_page()
        someone = Person(name, page, platform)
        everybody.append(someone)
        await someone.registers()
        return someone

    yield made
    complaints = []
    for someone in everybody:
        await someone.page.screenshot(path=str(tmp_path / f"{someone.name}.png"))
        print(await someone.last_seen())  # noqa: T201 - shown only when the test failed
        complaints += [f"{someone.name}: {each}" for each in someone.errors]
        await someone.page.context.close()
    assert complaints == [], "the browser's console had errors"


@pytest.fixture
async def api(platform: Platform) -> AsyncIterator[httpx.AsyncClient]:
    """The REST API at the gateway."""
    async with httpx.AsyncClient(base_url=platform.url, timeout=15) as client:
        yield client
