"""Chat, from one client's send to the other client's receipt, on a quiet platform."""

import asyncio
import statistics
import tempfile
import time
from pathlib import Path

import httpx

from people import Person, online
from stack.trial import running_platform

MESSAGES = 300
WARM_UP = 50
PAUSE = 0.06  # seconds between two: latency, and below the 20 frames a second of one socket


async def measure(url: str) -> None:
    async with httpx.AsyncClient(base_url=url, timeout=20) as http:
        ada, bob = await Person.registered(http), await Person.registered(http)
        room = (await ada.post("/api/rooms", {"roomName": "Bench"}))["roomId"]
        await bob.post(f"/api/rooms/{room}/join")
        async with online(url, ada) as sender, online(url, bob) as reader:
            await sender.ask("joinRoom", roomId=room)
            await reader.ask("joinRoom", roomId=room)
            received, acknowledged = [], []
            for number in range(WARM_UP + MESSAGES):
                started = time.perf_counter()
                stored = asyncio.create_task(
                    sender.ask("chatMessage", roomId=room, message="x" * 200, clientId=str(number))
                )
                await reader.heard("chatMessage")
                received.append((time.perf_counter() - started) * 1000)
                await stored
                acknowledged.append((time.perf_counter() - started) * 1000)
                await asyncio.sleep(PAUSE)
    _tell("send to receipt", received[WARM_UP:])
    _tell("send to acknowledgement and receipt", acknowledged[WARM_UP:])


def _tell(what: str, milliseconds: list[float]) -> None:
    cuts = statistics.quantiles(milliseconds, n=100)
    told = ", ".join(f"p{part} {cuts[part - 1]:.1f} ms" for part in (50, 95, 99))
    print(f"{what}: {told}, n={len(milliseconds)}")


if __name__ == "__main__":
    limits = {"CONVO_RATE_LIMIT_SIGN_IN": "6000/minute"}
    with (
        tempfile.TemporaryDirectory() as folder,
        running_platform(Path(folder), limits) as platform,
    ):
        asyncio.run(measure(platform.url))
