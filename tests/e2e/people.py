"""A person with a browser: what they do and what they see, in their words."""

import re
import secrets
from typing import Any

from playwright.async_api import ConsoleMessage, Locator, Page, Response, expect

from stack.trial import Platform

PATIENCE = 60_000
"""Milliseconds a person waits before they say it does not work: two cores carry the platform
and all browsers, and a click was once taken 20 s late."""

_TRACKS = """
async ([kind, want]) => {
  const counted = [];
  for (const connection of window.__convo?.peerConnections().values() ?? []) {
    for (const report of (await connection.getStats()).values()) {
      if (report.type === "inbound-rtp" && report.kind === kind) counted.push(report[want] ?? 0);
    }
  }
  return counted;
}
"""

# What a browser says of a service that was stopped on purpose is no error of ours.
_EXPECTED = re.compile(r"Failed to load resource|WebSocket connection to|net::ERR_")


class Person:
    """Somebody who uses ConvoConnect in a browser window."""

    def __init__(self, name: str, page: Page, platform: Platform) -> None:
        self.name = name
        self.page = page
        self.platform = platform
        self.email = f"{name.lower()}-{secrets.token_hex(4)}@example.org"
        self.password = f"{name} likes {secrets.token_hex(4)}"
        self.errors: list[str] = []
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.refused: list[str] = []
        """Requests that were not answered with success."""
        page.on("response", self._answered)
        page.on("requestfailed", lambda asked: self.refused.append(f"{asked.url} {asked.failure}"))
        page.set_default_timeout(PATIENCE)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not _EXPECTED.search(message.text):
            self.errors.append(message.text)

    def _answered(self, answer: Response) -> None:
        if answer.status >= 400:
            self.refused.append(f"{answer.status} {answer.url}")

    def sees(self, test_id: str) -> Locator:
        return self.page.get_by_test_id(test_id)

    async def registers(self) -> None:
        await self.page.goto("/signup")
        await self.page.get_by_label("Full name").fill(self.name)
        await self.page.get_by_label("Email").fill(self.email)
        await self.page.get_by_label("Password", exact=True).fill(self.password)
        await self.page.get_by_label("Confirm password").fill(self.password)
        terms = self.page.get_by_role("checkbox")
        if await terms.count():
            await terms.first.check()
        await self.page.locator("button[type=submit]").click()
        await expect(self.page).to_have_url(re.compile(r"/home"), timeout=PATIENCE)

    async def logs_in(self) -> None:
        await self.page.goto("/login")
        await self.page.get_by_label("Username or email").fill(self.email)
        await self.page.get_by_label("Password", exact=True).fill(self.password)
        await self.page.locator("button[type=submit]").click()

    async def opens_a_room(self, called: str = "Tea", *, password: str | None = None) -> str:
        """Returns the room's id."""
        await self.page.goto("/home")
        await self.sees("create-room").click()
        await self.page.get_by_label("Name of the room").fill(called)
        if password:
            await self.page.get_by_label("Password (optional)").fill(password)
        await self.sees("create-room-submit").click()
        await self.page.wait_for_url(re.compile(r"/room/"))
        return self.page.url.rpartition("/room/")[2].partition("?")[0]

    async def joins(self, room_id: str, *, password: str | None = None) -> None:
        if f"/room/{room_id}" not in self.page.url:
            await self.page.goto(f"/room/{room_id}")
        if password:
            await self.page.get_by_label("Password of the room").fill(password)
        await self.sees("prejoin-join").click()
        await expect(self.sees("local-tile")).to_be_visible(timeout=PATIENCE)

    async def leaves(self) -> None:
        await self.sees("control-leave").click()
        leave = self.sees("leave-call")
        if await leave.count():
            await leave.click()
        await expect(self.sees("rejoin")).to_be_visible()

    async def decodes(self, kind: str, want: str, *, tracks: int = 1) -> list[Any]:
        """Wait until so many incoming tracks have more of `want` than a moment ago."""
        before = await self.inbound(kind, want)
        for _ in range(int(PATIENCE / 250)):
            await self.page.wait_for_timeout(250)
            now = await self.inbound(kind, want)
            grown = [a for a, b in zip(now, before + [0] * len(now), strict=False) if a > b]
            if len(grown) >= tracks:
                return now
        raise AssertionError(f"{self.name} receives {now} {want} of {kind}, before {before}")

    async def inbound(self, kind: str, want: str) -> list[Any]:
        return await self.page.evaluate(_TRACKS, [kind, want])

    async def sees_somebody(self, *, people: int = 1) -> None:
        await self.decodes("video", "framesDecoded", tracks=people)

    async def hears_somebody(self, *, people: int = 1) -> None:
        await self.decodes("audio", "totalAudioEnergy", tracks=people)

    async def opens_the_chat(self) -> None:
        box = self.page.get_by_test_id("chat-input")
        if not await box.is_visible():
            await self.sees("control-chat").click()
        await expect(box).to_be_visible()

    async def says(self, text: str) -> None:
        await self.opens_the_chat()
        box = self.page.get_by_test_id("chat-input")
        field = box.locator("textarea:not([aria-hidden]), input").first
        await (field if await field.count() else box).fill(text)
        await self.sees("chat-send").click()

    async def reads(self, *texts: str) -> None:
        """All of these, in this order, each once."""
        await self.opens_the_chat()
        await expect(self.sees("chat-message").filter(has_text=texts[-1]).first).to_be_visible()
        shown = await self.sees("chat-message").all_inner_texts()
        found = [text for message in shown for text in texts if text in message]
        assert found == list(texts), f"{self.name} reads {shown}"

    async def last_seen(self) -> str:
        """Where this person is and what they have before them, for whoever wonders later."""
        text = " ".join((await self.page.locator("body").inner_text()).split())
        return f"{self.name} at {self.page.url}: {text[:500]}\nrefused: {self.refused[-20:]}"

    async def shown_messages(self) -> list[str]:
        return await self.sees("chat-message").all_inner_texts()

    async def token(self) -> str:
        """A token of this person's own, as an API client has it."""
        answer = await self.page.request.post(
            "/api/auth/login", data={"email": self.email, "password": self.password}
        )
        assert answer.ok, await answer.text()
        return str((await answer.json())["token"])
