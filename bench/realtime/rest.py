"""A request that is only passed on: token verified, answer of a trivial service handed back."""

import asyncio
from time import perf_counter

import aiohttp
from bench.realtime.processes import spending
from bench.realtime.sides import Side

CONNECTIONS = 8
WARM_UP = 1.0
"""Seconds."""


async def cpu_per_request(side: Side, seconds: float) -> tuple[float, float]:
    """Microseconds of the proxy's CPU for each request, and requests a second."""
    headers = {"Authorization": f"Bearer {side.hall.tokens[0]}"}
    async with aiohttp.ClientSession(headers=headers) as http:
        await _ask(http, side.proxied, WARM_UP)
        with spending({"proxy": side.proxy}) as spent:
            asked = await _ask(http, side.proxied, seconds)
    return spent.everything / asked * 1e6, asked / spent.seconds


async def _ask(http: aiohttp.ClientSession, url: str, seconds: float) -> int:
    """Ask for so long on every connection; returns how often."""
    ends = perf_counter() + seconds

    async def one() -> int:
        asked = 0
        while perf_counter() < ends:
            async with http.get(url) as answer:
                answer.raise_for_status()
                await answer.read()
            asked += 1
        return asked

    return sum(await asyncio.gather(*(one() for _ in range(CONNECTIONS))))
