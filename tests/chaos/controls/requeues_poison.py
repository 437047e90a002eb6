"""A fact that a service cannot take goes back to its queue, to be delivered again at once."""

import runpy
import sys

from aio_pika.abc import AbstractIncomingMessage

from common.bus import Bus


async def _deliver(self: Bus, message: AbstractIncomingMessage) -> None:
    async with message.process(requeue=True):
        await self._react(message.type or "", message.body)


Bus._deliver = _deliver  # type: ignore[method-assign]
runpy.run_module(sys.argv[1], run_name="__main__")
