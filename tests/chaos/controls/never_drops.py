"""signaling never drops a peer that does not come back."""

import runpy
from datetime import datetime

from signaling import handlers
from signaling.repository import CallRepository


async def _drop_nobody(calls: CallRepository, *, at: datetime) -> None:
    pass


handlers.drop_lost = _drop_nobody
runpy.run_module("signaling", run_name="__main__")
