"""How late this process is with everything: more work than it can do shows in its event loop."""

import asyncio

from prometheus_client import Gauge

EVERY = 0.05
"""Seconds between two looks."""
TOO_LATE = 0.5
"""Seconds after which a further request would be answered too late to be wanted."""

LATE = Gauge("convo_gateway_loop_late_seconds", "How late the event loop was at the last look.")


class Lateness:
    """The event loop's delay, as a timer feels it."""

    def __init__(self) -> None:
        self.seconds = 0.0

    @property
    def is_too_much(self) -> bool:
        """Whether what is asked now is better refused."""
        return self.seconds > TOO_LATE

    async def run(self) -> None:
        """Look, for ever."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + EVERY
            await asyncio.sleep(EVERY)
            self.seconds = loop.time() - due
            LATE.set(self.seconds)
