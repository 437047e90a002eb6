"""From sending `joinRoom` to the first decoded frame of the other person, in Chromium."""

import asyncio
import statistics
import sys
import tempfile
from pathlib import Path

from playwright.async_api import async_playwright

from stack.trial import Platform, running_platform

sys.path.insert(0, str(Path(__file__).parents[1] / "tests/e2e"))

from conftest import CHROMIUM, FLAGS, SETTINGS

from people import Person

ROUNDS = 15

# Runs before the page's own code: notes when joinRoom leaves and when a picture arrives.
_WATCH = """
const send = WebSocket.prototype.send;
WebSocket.prototype.send = function (text) {
  if (String(text).includes('"joinRoom"')) window.joinedAt ??= performance.now();
  return send.call(this, text);
};
new MutationObserver(() => {
  for (const video of document.querySelectorAll("[data-testid^='tile-'] video")) {
    if (video.watched) continue;
    video.watched = true;
    video.requestVideoFrameCallback(() => { window.sawAt ??= performance.now(); });
  }
}).observe(document, { childList: true, subtree: true });
"""


async def measure(platform: Platform) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        pages = [await browser.new_page(base_url=platform.url) for _ in range(2)]
        ada, bob = Person("Ada", pages[0], platform), Person("Bob", pages[1], platform)
        for someone in (ada, bob):
            await someone.registers()
        await bob.page.add_init_script(_WATCH)
        room = await ada.opens_a_room()
        await ada.joins(room)
        taken = []
        for _ in range(ROUNDS):
            await bob.joins(room)
            while await bob.page.evaluate("window.sawAt === undefined"):  # noqa: ASYNC110 - no event
                await asyncio.sleep(0.05)
            taken.append(await bob.page.evaluate("window.sawAt - window.joinedAt"))
            await bob.leaves()
            await bob.page.goto("/home")
        await browser.close()
    taken.sort()
    print(
        f"joinRoom to first remote frame: p50 {statistics.median(taken):.0f} ms, "
        f"min {taken[0]:.0f} ms, max {taken[-1]:.0f} ms, n={len(taken)}"
    )


if __name__ == "__main__":
    with (
        tempfile.TemporaryDirectory() as folder,
        running_platform(Path(folder), SETTINGS) as platform,
    ):
        asyncio.run(measure(platform))
