"""`python -m tests.chaos.soak`: hours of people coming and going, and what is left behind.

Every process's memory and descriptors, the queues of the broker, and the connections and
cursors of MongoDB are read again and again. A slope of 1 % an hour cannot be told from
noise in ten minutes; after such a short run only growth that no noise explains counts.
"""

import argparse
import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil

from common import mongo
from common.testing import eventually
from tests.chaos import cluster
from tests.chaos.cluster import Cluster
from tests.chaos.history import History
from tests.chaos.people import Person
from tests.chaos.sender import Sender
from tests.chaos.sockets import Lost, Refused, Socket

PEOPLE = 10
TURNS = 5.0
"""How often somebody joins or leaves a call, a second."""
EVERY = 5.0
"""Seconds between two readings."""
WARM_UP = 0.3
"""Share of the time that does not count."""
LONG = 3600.0
"""Seconds from which on a slope is measured rather than a growth."""
MOST_SLOPE = 0.01
"""Of a process's memory, an hour."""
MOST_GROWTH = 0.06
"""Of a quantity, from the first to the last third of a short run."""
FEW_BYTES = 4 << 20
"""Below this nothing counts as growth."""
FEW = 12
"""Descriptors, connections or cursors that may come and go."""


@dataclass
class Series:
    """One quantity over time."""

    at: list[float] = field(default_factory=list)
    values: list[float] = field(default_factory=list)

    def add(self, at: float, value: float) -> None:
        self.at.append(at)
        self.values.append(value)

    def warm(self) -> "Series":
        """Without the beginning."""
        first = int(len(self.values) * WARM_UP)
        return Series(self.at[first:], self.values[first:])

    @property
    def lasted(self) -> float:
        return self.at[-1] - self.at[0]

    def growth(self) -> float:
        """The mean of the last third less that of the first."""
        third = max(1, len(self.values) // 3)
        return statistics.fmean(self.values[-third:]) - statistics.fmean(self.values[:third])

    def an_hour(self) -> float:
        """The slope of the line that fits best, times an hour."""
        return statistics.linear_regression(self.at, self.values).slope * 3600


Readings = dict[str, Series]


def complaints(readings: Mapping[str, Series]) -> list[str]:
    """What grew that should not."""
    found = []
    for name, whole in readings.items():
        series = whole.warm()
        growth, usual = series.growth(), statistics.fmean(series.values)
        if not name.endswith(" rss"):
            if growth > max(FEW, MOST_GROWTH * usual):
                found.append(f"{name}: {growth:+.0f} of {usual:.0f}")
        elif series.lasted >= LONG * (1 - WARM_UP):
            if series.an_hour() > max(MOST_SLOPE * usual, FEW_BYTES / 4):
                found.append(f"{name}: {series.an_hour() / usual:+.1%} an hour")
        elif growth > max(MOST_GROWTH * usual, FEW_BYTES):
            found.append(f"{name}: {growth / 1e6:+.1f} MB of {usual / 1e6:.0f} MB")
    return found


async def read(platform: Cluster, readings: Readings) -> None:
    """Take every reading once."""
    at = time.monotonic()

    def add(name: str, value: float) -> None:
        readings.setdefault(name, Series()).add(at, value)

    for name in platform.processes:
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(platform.pid(name))
            add(f"{name} rss", process.memory_info().rss)
            add(f"{name} descriptors", process.num_fds())
    client = mongo.connect(platform.mongo_url)
    told = await client["admin"].command("serverStatus")
    client.close()
    add("mongo connections", told["connections"]["current"])
    add("mongo cursors", told["metrics"]["cursor"]["open"]["total"])


async def queues(platform: Cluster) -> dict[str, int]:
    """How many messages wait in each queue of the broker; those of gateways are among them."""
    log = platform.folder / "logs" / "rabbitmqctl.log"
    begins = log.stat().st_size if log.exists() else 0
    await platform.rabbitmqctl("--silent", "list_queues", "name", "messages")
    lines = log.read_text()[begins:].splitlines()
    rows = [line.split("\t") for line in lines if line.count("\t") == 1]
    return {name: int(count) for name, count in rows if count.isdigit()}


async def come_and_go(person: Person, room: str, over: asyncio.Event) -> None:
    """Join the call and leave it, and now and then come with a new socket."""
    pause = PEOPLE / TURNS
    while not over.is_set():
        socket = Socket(person)
        talking = asyncio.create_task(socket.run())
        await socket.is_open.wait()
        for turn in range(20):
            with suppress(Lost, Refused):
                await socket.ask("leaveRoom" if turn % 2 else "joinRoom", roomId=room)
            await asyncio.sleep(pause * random.uniform(0.7, 1.3))
            if over.is_set():
                break
        talking.cancel()
        await asyncio.gather(talking, return_exceptions=True)
        with suppress(httpx.TransportError):
            await person.sign_in()


async def soak(
    platform: Cluster, *, seconds: float, say: Callable[[str], None] = lambda _: None
) -> tuple[Readings, list[str]]:
    """The readings, and what is wrong with them and with what is left at the end."""
    people = [await Person.registered(platform, f"soak-{n}") for n in range(PEOPLE)]
    rooms = [await people[0].opens_a_room(*people[1:]) for _ in range(3)]
    over = asyncio.Event()
    history = History()
    readings: Readings = {}
    async with asyncio.TaskGroup() as group:
        for number, person in enumerate(people):
            group.create_task(come_and_go(person, rooms[number % len(rooms)], over))
        for number in range(2):
            sender = Sender(people[number], rooms, history, by_socket=False, per_second=5)
            group.create_task(sender.run(over))
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            await read(platform, readings)
            history.sendings.clear()
            await asyncio.sleep(EVERY)
        over.set()
    found = [*complaints(readings), *await _left_behind(platform)]
    for person in people:
        await person.leaves()
    for name, series in readings.items():
        say(_line(name, series))
    return readings, found


async def _left_behind(platform: Cluster) -> Sequence[str]:
    gateways = sum(each.startswith("gateway") for each in platform.processes)

    async def nothing_waits() -> bool:
        return not any((await queues(platform)).values())

    try:
        await eventually(nothing_waits, within=30, every=1)
    except AssertionError:
        return [f"queues: {await queues(platform)}"]
    own = [each for each in await queues(platform) if each.startswith("amq.")]
    return [] if len(own) == gateways else [f"queues of {gateways} gateways: {own}"]


def _line(name: str, series: Series) -> str:
    warm = series.warm()
    unit = 1e6 if name.endswith(" rss") else 1
    of = " MB" if unit > 1 else ""
    return (
        f"{name}: {warm.values[0] / unit:.1f} → {warm.values[-1] / unit:.1f}{of}, "
        f"{warm.an_hour() / unit:+.2f}{of}/h"
    )


async def _main(minutes: float) -> int:
    folder = Path(tempfile.mkdtemp(prefix="soak-"))
    print(f"logs and data are in {folder}", flush=True)
    async with cluster.running(folder, say=print) as platform:
        _, found = await soak(platform, seconds=minutes * 60, say=print)
    print("\n".join(["FAIL", *found] if found else ["PASS"]))
    return 1 if found else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser("python -m tests.chaos.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=120)
    raise SystemExit(asyncio.run(_main(parser.parse_args().minutes)))
