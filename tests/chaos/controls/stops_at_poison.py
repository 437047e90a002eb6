"""A service stops at a fact that it cannot take, and hears nothing of what comes after."""

import asyncio
import runpy
import sys

from aio_pika.abc import AbstractIncomingMessage

from common import bus

bus.PREFETCH = 1


async def _set_aside(self: bus.Bus, message: AbstractIncomingMessage, error: Exception) -> None:
    await asyncio.Event().wait()


bus.Bus._set_aside = _set_aside  # type: ignore[method-assign]
runpy.run_module(sys.argv[1], run_name="__main__")
