"""One measurement: a fresh server, all clients of a load, a few seconds of traffic."""

import multiprocessing
import os
import statistics
import time
from array import array
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from bench.media import generator
from bench.media.loads import Load
from bench.media.servers import Runs, Server
from bench.media.traffic import SILENCE, Schedule, Seen, WarmUp

WARM_UP = 1.0
"""Seconds of traffic before it is looked whether all of it flows."""
MOST_WARM_UP = 20.0
"""Seconds after which it is measured even if something does not flow."""
_PATIENCE = 120.0
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Spent:
    """What the server used while it was measured, and how packets were encrypted."""

    cpu: float
    """Seconds."""
    seconds: float
    memory: float
    profiles: str


@dataclass(frozen=True, slots=True)
class Figures:
    """What one measurement of one server found."""

    each: float
    """Microseconds of its CPU for a packet that arrived at a subscriber."""
    delays: tuple[float, float, float]
    """Milliseconds from sending to arrival: p50, p95, p99."""
    delivered: float
    """Share of all packets that should have arrived."""
    rate: float
    """Packets a second that arrived."""
    share: float
    """Cores it used."""
    generator: float
    """Cores the clients used, all together."""
    busiest: float
    """Of the clients' processes the one that used most."""
    late: float
    """Milliseconds by which clients did something too late, at worst."""
    refused: int
    unreadable: int
    others: int
    profiles: str
    memory: float
    """MiB the server has at the end."""

    def __str__(self) -> str:
        p50, p95, p99 = self.delays
        noted = "".join(
            f", {count} {what}"
            for count, what in (
                (self.refused, "not taken by the generator's kernel"),
                (self.unreadable, "unreadable"),
                (self.others, "retransmissions or probes"),
            )
            if count
        )
        return (
            f"{self.each:.1f} µs per packet, {self.rate:,.0f} packets/s, "
            f"delivered {self.delivered:.2%}, delay {p50:.2f} / {p95:.2f} / {p99:.2f} ms, "
            f"server {self.share:.2f} and clients {self.generator:.2f} of a core "
            f"(late {self.late:.0f} ms), {self.memory:.0f} MiB, {self.profiles}{noted}"
        )


@dataclass(frozen=True, slots=True)
class How:
    """How a load is measured."""

    seconds: float
    processes: int
    """That are the clients."""
    tells_arrivals: bool
    """Whether clients send TWCC."""
    is_even: bool
    """Whether packets of one picture leave one by one."""


def measured(runs: Runs, load: Load, how: How) -> Figures:
    """Raises `NotConnected` when a client could not connect."""
    with runs() as server, _clients(server, load, how) as pipes:
        _order(pipes[:1], "open")
        _order(pipes, "publish")
        profiles: Counter[str] = sum(_order(pipes, "subscribe"), Counter())
        _warm_up(pipes)
        measured_from = time.time() + SILENCE
        schedule = Schedule(measured_from, measured_from + how.seconds)
        for pipe in pipes:
            pipe.send(schedule)
        _sleep_until(schedule.measured_from)
        began = _cpu(server.pid)
        _sleep_until(schedule.ends + SILENCE)
        spent = Spent(
            cpu=_cpu(server.pid) - began,
            seconds=how.seconds,
            memory=_memory(server.pid),
            profiles=" ".join(profiles),
        )
        seen = [_reply(pipe) for pipe in pipes]
        for pipe in pipes:
            pipe.send(None)
    return _figures(seen, load, spent)


def _warm_up(pipes: list[Connection]) -> None:
    """Until everybody gets something of everything; a server may begin with sound alone."""
    gives_up = time.time() + MOST_WARM_UP
    _order(pipes, WarmUp(time.time() + WARM_UP))
    while min(_order(pipes, WarmUp(time.time() + 1))) < 1 and time.time() < gives_up:
        pass


@contextmanager
def _clients(server: Server, load: Load, how: How) -> Iterator[list[Connection]]:
    """Processes that share the peers of the load; yields a pipe to each."""
    context = multiprocessing.get_context("spawn")
    peers = load.peers()
    pipes, children = [], []
    for number in range(how.processes):
        ours, theirs = context.Pipe()
        mine = peers[number :: how.processes]
        part = generator.Part(peers, mine, how.tells_arrivals, how.is_even)
        child = context.Process(target=generator.run, args=(theirs, server, part), daemon=True)
        child.start()
        theirs.close()
        pipes.append(ours)
        children.append(child)
    try:
        yield pipes
        for child in children:
            child.join(10)
    finally:
        for child in children:
            child.kill()


def _order(pipes: list[Connection], what: object) -> list[Any]:
    for pipe in pipes:
        pipe.send(what)
    return [_reply(pipe) for pipe in pipes]


def _reply(pipe: Connection) -> Any:
    if not pipe.poll(_PATIENCE):
        raise TimeoutError("a generator does not answer")
    reply = pipe.recv()
    if isinstance(reply, BaseException):
        raise reply
    return reply


def _figures(seen: list[Seen], load: Load, spent: Spent) -> Figures:
    received = sum(each.received for each in seen)
    sent = sum(each.sent for each in seen)
    delays = array("d")
    for each in seen:
        delays.extend(each.delays)
    cuts = statistics.quantiles(delays, n=100) if len(delays) > 1 else [float("nan")] * 99
    return Figures(
        each=spent.cpu / received * 1e6 if received else float("nan"),
        delays=(cuts[49] * 1e3, cuts[94] * 1e3, cuts[98] * 1e3),
        delivered=received / (sent * load.copies) if sent else float("nan"),
        rate=received / spent.seconds,
        share=spent.cpu / spent.seconds,
        generator=sum(each.cpu for each in seen) / spent.seconds,
        busiest=max(each.cpu for each in seen) / spent.seconds,
        late=max(each.late for each in seen) * 1e3,
        refused=sum(each.refused for each in seen),
        unreadable=sum(each.unreadable for each in seen),
        others=sum(each.others for each in seen),
        profiles=spent.profiles,
        memory=spent.memory,
    )


def _cpu(pid: int) -> float:
    """Seconds of all threads, those that have ended too, in user space and in the kernel."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _memory(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _sleep_until(when: float) -> None:
    time.sleep(max(0.0, when - time.time()))
