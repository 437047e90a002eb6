"""signaling takes a gateway that it hears nothing of for one that lives."""

import runpy
from datetime import datetime

from common.presence import Gateways


async def _silent(self: Gateways, *, at: datetime) -> list[str]:
    return []


Gateways.silent = _silent  # type: ignore[method-assign]
runpy.run_module("signaling", run_name="__main__")
