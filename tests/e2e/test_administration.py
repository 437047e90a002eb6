"""The first administrator, made by a command, and what they see."""

import os
import re
import subprocess
import sys

from playwright.async_api import expect

from stack.trial import Platform


def promote(platform: Platform, email: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "stack", "admin", email],
        env={**os.environ, **platform.environment},
        capture_output=True,
        text=True,
        check=False,
    )


async def test_an_administrator_sees_the_figures_and_others_do_not(
    person, platform: Platform
) -> None:
    ada, bob = await person("Ada"), await person("Bob")
    await ada.joins(await ada.opens_a_room())
    await ada.says("counted")
    await ada.reads("counted")

    assert promote(platform, ada.email).returncode == 0
    assert promote(platform, "nobody@example.org").returncode != 0

    await ada.page.goto("/home")  # a fresh token carries the role
    await ada.page.goto("/admin")
    await expect(ada.page.get_by_text("Messages", exact=False).first).to_be_visible()
    answer = await ada.page.request.get(
        "/api/analytics/summary?days=7", headers={"Authorization": f"Bearer {await ada.token()}"}
    )
    totals = (await answer.json())["totals"]
    assert totals["users"] >= 2
    assert min(totals["rooms"], totals["meetings"], totals["messages"]) >= 1
    await bob.page.goto("/admin")
    await expect(bob.page.get_by_text(re.compile("figures|overview", re.IGNORECASE))).to_have_count(
        0
    )
    refused = await bob.page.request.get(
        "/api/analytics/summary", headers={"Authorization": f"Bearer {await bob.token()}"}
    )
    assert refused.status == 403
