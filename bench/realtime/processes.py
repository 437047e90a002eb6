"""What processes cost: CPU time and memory, as the kernel counts them."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import psutil

DATABASE = "mongod"
BROKER = "rabbitmq"
_SERVERS = {"mongod": DATABASE, "beam.smp": BROKER}

Processes = Mapping[str, psutil.Process]
"""By what they are."""


@dataclass(slots=True)
class Spent:
    """CPU seconds of each process during `seconds` of the clock."""

    seconds: float = 0.0
    by: dict[str, float] = field(default_factory=dict)

    @property
    def application(self) -> float:
        """Of everything but the database and the broker."""
        return sum(spent for name, spent in self.by.items() if name not in {DATABASE, BROKER})

    @property
    def everything(self) -> float:
        return sum(self.by.values())


@contextmanager
def spending(processes: Processes) -> Iterator[Spent]:
    """Count what is spent inside the block; it is known at its end."""
    spent = Spent()
    began, before = time.perf_counter(), _cpu(processes)
    yield spent
    after = _cpu(processes)
    spent.seconds = time.perf_counter() - began
    spent.by = {name: after[name] - before[name] for name in processes}


def memory(processes: Processes) -> dict[str, int]:
    """Resident bytes of each."""
    return {name: process.memory_info().rss for name, process in processes.items()}


def below(pid: int) -> dict[str, psutil.Process]:
    """The services and servers among a process's descendants."""
    found = {}
    for process in psutil.Process(pid).children(recursive=True):
        name = _SERVERS.get(process.name()) or _module(process.cmdline())
        if name:
            found[name] = process
    return found


def _module(command: list[str]) -> str | None:
    """The module that a command such as `python -m chat` runs."""
    return command[2] if len(command) == 3 and command[1] == "-m" else None


def _cpu(processes: Processes) -> dict[str, float]:
    times = {name: process.cpu_times() for name, process in processes.items()}
    return {name: each.user + each.system for name, each in times.items()}
