"""The two platforms that are compared, each running with its own data."""

import asyncio
import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
from bench.people import Person
from bench.realtime import processes
from bench.realtime.audience import Hall
from bench.realtime.dialects import Convo, Dialect, SocketIo
from bench.realtime.processes import Processes

from stack import ports
from stack.process import Process, Program
from stack.servers.mongo import running_mongo
from stack.trial import running_platform

PEOPLE = 100
PEER = Path(__file__).parent.parent / "peers" / "mern"
_PROGRAMS = Path(__file__).parents[2] / ".venv" / "bin"
_AT_ONCE = 2
_NO_LIMIT = "1000000/second"
_LIMITS = {
    f"CONVO_RATE_LIMIT_{what}": _NO_LIMIT for what in ("USER", "ADDRESS", "SIGN_IN", "REFRESH")
}
# Signing in is not what is measured, so it is as cheap as either lets it be.
_OUR_PASSWORDS = {"CONVO_AUTH_ARGON2_MEMORY_KIB": str(19 << 10)}
_PEERS_PASSWORDS = {"BCRYPT_ROUNDS": "4"}


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two, running."""

    name: str
    hall: Hall
    processes: Processes
    """Those that work for chat."""
    front: str
    """Which of them ends the sockets."""
    proxied: str
    """An address that is passed on to the trivial service."""
    proxy: psutil.Process


@contextmanager
def both(folder: Path) -> Iterator[tuple[Side, Side]]:
    """Ours and the peer, for as long as the block lasts."""
    with ExitStack() as held:
        upstream, _ = held.enter_context(_node("upstream", folder, {}))
        yield (
            held.enter_context(_ours(folder / "ours", upstream)),
            held.enter_context(_peer(folder / "peer", upstream)),
        )


@contextmanager
def _ours(folder: Path, upstream: str) -> Iterator[Side]:
    settings = {**_LIMITS, **_OUR_PASSWORDS, "CONVO_ANALYTICS_URL": upstream}
    with running_platform(folder, settings) as platform:
        url = platform.url.replace("localhost", "127.0.0.1")
        found = processes.below(platform.pid)
        yield Side(
            name="ConvoConnect",
            hall=asyncio.run(_hall(url, Convo())),
            processes=found,
            front="gateway",
            proxied=f"{url}/api/analytics/overview",
            proxy=found["gateway"],
        )


@contextmanager
def _peer(folder: Path, upstream: str) -> Iterator[Side]:
    secret = {"JWT_SECRET": secrets.token_hex(32)}
    _install()
    with (
        running_mongo(folder) as mongo,
        _node("server", folder, {**secret, **_PEERS_PASSWORDS, "MONGO_URL": mongo}) as (
            url,
            server,
        ),
        _node("proxy", folder, {**secret, "UPSTREAM_URL": upstream}) as (proxy_url, proxy),
    ):
        [database] = [each for each in psutil.Process().children() if _keeps(each, folder)]
        yield Side(
            name="MERN peer",
            hall=asyncio.run(_hall(url, SocketIo())),
            processes={"node": server, processes.DATABASE: database},
            front="node",
            proxied=f"{proxy_url}/api/analytics/overview",
            proxy=proxy,
        )


def _keeps(process: psutil.Process, folder: Path) -> bool:
    return process.name() == "mongod" and str(folder / "mongo") in process.cmdline()


def _install() -> None:
    environment = {**os.environ, "PATH": f"{_PROGRAMS}{os.pathsep}{os.environ['PATH']}"}
    npm = shutil.which("npm", path=environment["PATH"]) or "npm"
    subprocess.run((npm, "ci", "--silent"), cwd=PEER, env=environment, check=True)


@contextmanager
def _node(
    name: str, folder: Path, settings: Mapping[str, str]
) -> Iterator[tuple[str, psutil.Process]]:
    """One of the peer's programs; yields its address and its process."""
    [port] = ports.free_ports(1)
    program = Program(
        name=name,
        command=(str(_PROGRAMS / "node"), f"{name}.js"),
        environment={
            "PATH": os.environ["PATH"],
            "NODE_ENV": "production",
            "PORT": str(port),
            **settings,
        },
        folder=PEER,
        ready=lambda: ports.is_taken(port),
    )
    process = Process(program, folder / f"{name}.log")
    try:
        process.wait_until_ready()
        yield f"http://127.0.0.1:{port}", psutil.Process(process.pid)
    finally:
        process.stop(grace=5)


async def _hall(url: str, dialect: Dialect) -> Hall:
    """A room and its members; each of them has registered, signed in and joined."""
    gate = asyncio.Semaphore(_AT_ONCE)
    async with httpx.AsyncClient(base_url=url, timeout=30) as http:

        async def member(room_id: str) -> Person:
            async with gate:
                person = await Person.registered(http)
                await person.post(f"/api/rooms/{room_id}/join")
                return person

        host = await Person.registered(http)
        room_id = (await host.post("/api/rooms", {"roomName": "Bench"}))["roomId"]
        people = await asyncio.gather(*(member(room_id) for _ in range(PEOPLE)))
    return Hall(url, dialect, [each.token for each in people], room_id)
