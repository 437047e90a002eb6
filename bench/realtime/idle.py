"""What a socket costs on which nothing happens."""

import asyncio

from bench.realtime.audience import seated
from bench.realtime.processes import memory
from bench.realtime.sides import Side

SOCKETS = 2000
_FIRST = 100
"""Sockets that are there before: the first ones make a process load what it needs once."""
_SETTLED = 5.0
"""Seconds."""


async def bytes_per_socket(side: Side) -> dict[str, float]:
    """Resident bytes each process grew by for every idle, authenticated socket in a room."""
    async with seated(side.hall, _FIRST, None):
        await asyncio.sleep(1)
        before = memory(side.processes)
        async with seated(side.hall, SOCKETS - _FIRST, None):
            await asyncio.sleep(_SETTLED)
            after = memory(side.processes)
    return {name: (after[name] - before[name]) / (SOCKETS - _FIRST) for name in before}
