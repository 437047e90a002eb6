"""`python -m tests.chaos.open_loop`: asks at a fixed rate whether it is answered or not.

What a client waits is counted from the moment at which it wanted to ask, so that a server
that is slow to accept cannot make its own figures better. Prints JSON.
"""

import argparse
import asyncio
import itertools
import json
import secrets
import statistics
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import uvloop

ANSWER_WITHIN = 30.0
_LONGEST_HEAD = 1 << 16


@dataclass
class Figures:
    """What came of all requests."""

    statuses: Counter[int] = field(default_factory=Counter)
    """0 for those that were not answered at all."""
    accepted: list[float] = field(default_factory=list)
    """Seconds until the answer of those that succeeded."""
    refused: list[float] = field(default_factory=list)
    without_advice: int = 0
    """Refusals that do not say when to try again."""

    def answered(self, status: int, seconds: float, *, says_when: bool) -> None:
        self.statuses[status] += 1
        if status < 400:
            self.accepted.append(seconds)
        else:
            self.refused.append(seconds)
            self.without_advice += not says_when

    def told(self, lasted: float) -> dict[str, object]:
        return {
            "statuses": self.statuses,
            "perSecond": round(len(self.accepted) / lasted, 1),
            "acceptedP50": _percentile(self.accepted, 50),
            "acceptedP99": _percentile(self.accepted, 99),
            "refusedP99": _percentile(self.refused, 99),
            "withoutAdvice": self.without_advice,
        }


def _percentile(seconds: Sequence[float], which: int) -> float:
    if len(seconds) < 2:
        return seconds[0] if seconds else 0.0
    return round(statistics.quantiles(seconds, n=100, method="inclusive")[which - 1], 4)


class Client:
    """Connections to one gateway, as many as are needed, each with one request at a time."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port or 80
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def ask(self, request: bytes) -> tuple[int, bool]:
        """The status, and whether the answer says when to try again."""
        reader, writer = self._idle.pop() if self._idle else await self._connected()
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        status = int(head[9:12])
        await _read_body(reader, head, status)
        if b"connection: close" in head:
            writer.close()
        else:
            self._idle.append((reader, writer))
        return status, b"retry-after:" in head

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(self._host, self._port, limit=_LONGEST_HEAD)


async def _read_body(reader: asyncio.StreamReader, head: bytes, status: int) -> None:
    if status in {204, 304}:
        return
    _, found, length = head.partition(b"content-length: ")
    if found:
        await reader.readexactly(int(length.partition(b"\r\n")[0]))
        return
    while size := int(await reader.readline(), 16):
        await reader.readexactly(size + 2)
    await reader.readline()


def requests(token: str, room: str) -> Iterator[bytes]:
    """A mix of what people do, for ever; four reads for each write."""
    reads = (
        "/api/user/profile",
        f"/api/chat/messages/{room}?limit=10",
        "/api/notifications?limit=10",
        f"/api/rooms/{room}",
    )
    head = f"Host: localhost\r\nAuthorization: Bearer {token}\r\n"
    for number in itertools.count():
        for path in reads:
            yield f"GET {path} HTTP/1.1\r\n{head}\r\n".encode()
        said = {
            "roomId": room,
            "message": "x" * 100,
            "clientId": f"{number}-{secrets.token_hex(6)}",
        }
        body = json.dumps(said)
        told = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        yield f"POST /api/chat/message HTTP/1.1\r\n{head}{told}\r\n{body}".encode()


async def open_loop(
    clients: Sequence[Client], wanted: Iterator[bytes], *, rate: float, lasts: float
) -> Figures:
    """`rate` requests a second for so many seconds; returns when the last one has ended."""
    figures = Figures()
    begun = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number in range(int(rate * lasts)):
            due = begun + number / rate
            if (wait := due - time.perf_counter()) > 0:
                await asyncio.sleep(wait)
            client = clients[number % len(clients)]
            group.create_task(_ask(client, next(wanted), due, figures))
    return figures


async def closed_loop(
    clients: Sequence[Client], wanted: Iterator[bytes], *, at_once: int, lasts: float
) -> Figures:
    """`at_once` clients that ask again as soon as they are answered: what can be had."""
    figures = Figures()
    until = time.perf_counter() + lasts

    async def one(client: Client) -> None:
        while (now := time.perf_counter()) < until:
            await _ask(client, next(wanted), now, figures)

    await asyncio.gather(*(one(clients[n % len(clients)]) for n in range(at_once)))
    return figures


async def _ask(client: Client, request: bytes, due: float, figures: Figures) -> None:
    try:
        async with asyncio.timeout(ANSWER_WITHIN):
            status, says_when = await client.ask(request)
    except (OSError, EOFError, TimeoutError):
        status, says_when = 0, False
    figures.answered(status, time.perf_counter() - due, says_when=says_when)


async def _main(asked: argparse.Namespace) -> None:
    clients = [Client(url) for url in asked.url]
    wanted = requests(asked.token, asked.room)
    begun = time.perf_counter()
    if asked.at_once:
        figures = await closed_loop(clients, wanted, at_once=asked.at_once, lasts=asked.seconds)
    else:
        figures = await open_loop(clients, wanted, rate=asked.rate, lasts=asked.seconds)
    print(json.dumps(figures.told(time.perf_counter() - begun)))


def main() -> None:
    parser = argparse.ArgumentParser("python -m tests.chaos.open_loop", description=__doc__)
    add = parser.add_argument
    add("--url", nargs="+", required=True, help="gateways")
    add("--token", required=True)
    add("--room", required=True)
    add("--rate", type=float, default=100.0, help="requests a second")
    add("--seconds", type=float, default=10.0)
    add("--at-once", type=int, default=0, help="so many in a closed loop instead")
    uvloop.run(_main(parser.parse_args()))


if __name__ == "__main__":
    main()
