"""The gateway shows only what the bus brings, and never asks for what it did not."""

import asyncio
import runpy

from gateway.realtime.catching_up import CatchingUp


async def _run(self: CatchingUp) -> None:
    await asyncio.Event().wait()


CatchingUp.run = _run  # type: ignore[method-assign]
runpy.run_module("gateway", run_name="__main__")
