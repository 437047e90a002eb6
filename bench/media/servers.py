"""What is compared: our worker, and Janus in its two modes; each run anew for every measurement."""

import asyncio
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import aio_pika
from bench.media import janus
from bench.media.leg import own_address

from common import topology
from common.events import WorkerAlive
from stack import ports
from stack.process import Process, Program
from stack.servers.rabbitmq import running_rabbitmq

OURS, JANUS, JANUS_LOOPS = "ours", "janus", "janus-loops"
NAMES = {OURS: "ConvoConnect", JANUS: "Janus", JANUS_LOOPS: "Janus, event loops"}

_PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class Server:
    """One of them, running."""

    side: str
    url: str
    """Where its signaling is asked; ours is asked at a broker."""
    pid: int
    worker_id: str = ""


Runs = Callable[[], AbstractContextManager[Server]]


@contextmanager
def sides(
    folder: Path, wanted: tuple[str, ...], *, broker: str | None, wrapped: tuple[str, ...]
) -> Iterator[dict[str, Runs]]:
    """How to run each; `wrapped` is a command that our worker is run by, for a profile.

    Without the address of a `broker` a private one is run.
    """
    runs: dict[str, Runs] = {}
    if JANUS in wanted:
        runs[JANUS] = lambda: _janus(folder, JANUS, 0)
    if JANUS_LOOPS in wanted:
        runs[JANUS_LOOPS] = lambda: _janus(folder, JANUS_LOOPS, os.cpu_count() or 1)
    if OURS not in wanted:
        yield runs
        return
    with _broker(folder) if broker is None else nullcontext(broker) as url:
        asyncio.run(_declare(url))
        runs[OURS] = lambda: _ours(folder, url, wrapped)
        yield {side: runs[side] for side in wanted}


@contextmanager
def _broker(folder: Path) -> Iterator[str]:
    with running_rabbitmq(folder) as server:
        yield server.url


@contextmanager
def _janus(folder: Path, side: str, event_loops: int) -> Iterator[Server]:
    with janus.running(folder, event_loops=event_loops) as (url, pid):
        yield Server(side, url, pid)


@contextmanager
def _ours(folder: Path, broker: str, wrapped: tuple[str, ...]) -> Iterator[Server]:
    [port] = ports.free_ports(1)
    program = Program(
        name="media.worker",
        command=(*(wrapped or (sys.executable,)), "-m", "media.worker"),
        environment={
            "PATH": os.environ["PATH"],
            "CONVO_AMQP_URL": broker,
            "CONVO_LOG_LEVEL": "WARNING",
            "CONVO_MEDIA_WORKER_HOST": own_address(),
            "CONVO_MEDIA_WORKER_PORT": str(port),
            "CONVO_MEDIA_PUBLIC_IP": own_address(),
        },
        folder=folder,
    )
    process = Process(program, folder / "worker.log")
    try:
        worker_id = asyncio.run(_announced(broker, process))
        yield Server(OURS, broker, process.pid, worker_id)
    finally:
        process.stop()


async def _declare(broker: str) -> None:
    async with await aio_pika.connect(broker) as connection:
        await topology.declare(await connection.channel())


async def _announced(broker: str, process: Process) -> str:
    """The id of the worker that has just been started; it says it every second.

    Raises:
        Trouble: It ended instead, or says nothing.
    """
    async with await aio_pika.connect(broker) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue(exclusive=True)
        await queue.bind(topology.EVENTS, WorkerAlive.type)
        deadline = time.monotonic() + _PATIENCE
        while process.returncode is None and time.monotonic() < deadline:
            # Asked again and again, so that a worker that has ended is not waited for.
            fact = await queue.get(no_ack=True, fail=False)
            if fact is not None:
                return WorkerAlive.parse(fact.body).worker_id
            await asyncio.sleep(0.1)
    raise process.failed_to_start()
