"""Keeps programs running: starts, restarts and stops them."""

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from stack.process import Process, Program
from stack.trouble import Trouble

_LONGEST_WAIT = 10.0
_GRACE = 27.0
"""Seconds; services end by themselves within 25, whatever happens."""

_HEALTHY_AFTER = 30.0
"""Seconds after which a program is trusted again and its next restart is quick."""


@dataclass
class Kept:
    """A program under our care."""

    program: Program
    process: Process
    started: float
    """Unix time of the last start."""

    restarts: int = 0
    keeper: asyncio.Task[None] | None = None


class Supervisor:
    """Owns processes from `start` to `stop`; `changed` is called after each (re)start.

    Must live on the main thread: the kernel ends a child with the thread that began it.
    """

    def __init__(
        self,
        logs: Path,
        *,
        say: Callable[[str], None],
        changed: Callable[[], None] = lambda: None,
        first_wait: float = 0.5,
    ) -> None:
        self._logs = logs
        self._say = say
        self._changed = changed
        self._first_wait = first_wait
        self.kept: dict[str, Kept] = {}
        self.healing: dict[str, Callable[[], Awaitable[None]]] = {}
        """What is done, by name of a program, each time it is ready again after it ended."""

    async def start(self, program: Program) -> None:
        """Start a program, wait until it is ready, and from then on keep it running.

        Raises:
            Trouble: It ended instead, or took longer than its patience.
        """
        kept = Kept(program, self._spawn(program), time.time())
        self.kept[program.name] = kept
        await self._ready(kept.process)
        self._watch(kept)

    async def replace(self, name: str, *, grace: float = _GRACE) -> None:
        """Start a new process beside the old one, and end that once the new one is ready.

        Both accept from the same socket for a while, so that nobody is refused. Of a program
        that takes turns the old process is ended first, and the new one kept running.

        Raises:
            Trouble: The new one did not get ready and was ended; the old one stays.
        """
        kept = self.kept[name]
        if kept.program.takes_turns:
            await self._take_turns(kept, grace)
            return
        new = self._spawn(kept.program)
        async with AsyncExitStack() as unless_ready:
            unless_ready.push_async_callback(_stop, new, grace=0)
            await self._ready(new)
            unless_ready.pop_all()
        old, kept.process, kept.started = kept.process, new, time.time()
        self._watch(kept)
        await _stop(old, grace)

    async def stop(self, *names: str, grace: float = _GRACE) -> None:
        """End these programs at the same time; those that take longer than `grace` are killed."""
        leaving = [self.kept.pop(name) for name in names if name in self.kept]
        for kept in leaving:
            if kept.keeper:
                kept.keeper.cancel()
            if kept.program.listening:
                kept.program.listening.close()  # nobody comes who would answer
        async with asyncio.TaskGroup() as stopping:
            for kept in leaving:
                stopping.create_task(_stop(kept.process, grace))
        self._changed()

    def kill(self) -> None:
        """End everything at once and ask nobody."""
        for kept in self.kept.values():
            kept.process.signal(signal.SIGKILL)

    async def _take_turns(self, kept: Kept, grace: float) -> None:
        if kept.keeper:
            kept.keeper.cancel()
        await _stop(kept.process, grace)
        kept.process, kept.started = self._spawn(kept.program), time.time()
        self._watch(kept)
        await self._ready(kept.process)

    def _watch(self, kept: Kept) -> None:
        if kept.keeper:
            kept.keeper.cancel()
        kept.keeper = asyncio.create_task(self._keep(kept), name=f"keeper of {kept.program.name}")
        self._changed()

    def _spawn(self, program: Program) -> Process:
        return Process(program, self._logs / f"{program.name}.log")

    async def _ready(self, process: Process) -> None:
        deadline = time.monotonic() + process.program.patience
        while not await asyncio.to_thread(process.is_ready):
            if process.returncode is not None or time.monotonic() > deadline:
                raise process.failed_to_start()
            await asyncio.sleep(0.05)

    async def _keep(self, kept: Kept) -> None:
        wait = self._first_wait
        while True:
            status = await kept.process.exited()
            # What it had started must not hold its port when it comes back.
            kept.process.signal(signal.SIGKILL)
            if time.time() - kept.started > _HEALTHY_AFTER:
                wait = self._first_wait
            self._say(
                f"{kept.program.name} {_how_it_ended(status)}; starts again in {wait:g} s "
                f"(log: {kept.process.log})"
            )
            await asyncio.sleep(wait)
            wait = min(wait * 2, _LONGEST_WAIT)
            kept.process = self._spawn(kept.program)
            kept.started = time.time()
            kept.restarts += 1
            self._changed()
            await self._heal(kept)

    async def _heal(self, kept: Kept) -> None:
        if (heal := self.healing.get(kept.program.name)) is None:
            return
        try:
            await self._ready(kept.process)
            await heal()
        except Trouble as trouble:
            self._say(str(trouble))


async def _stop(process: Process, grace: float) -> None:
    process.signal(signal.SIGTERM)
    try:
        async with asyncio.timeout(grace):
            await process.exited()
    except TimeoutError:
        pass
    finally:
        process.signal(signal.SIGKILL)
    await process.exited()


def _how_it_ended(status: int) -> str:
    if status < 0:
        return f"was ended by {signal.Signals(-status).name}"
    return f"ended with status {status}"


async def run_once(program: Program, logs: Path) -> str:
    """Run a program to its end and return its last words.

    Raises:
        Trouble: It failed, or took longer than its patience.
    """
    process = Process(program, logs / f"{program.name}.log")
    try:
        async with asyncio.timeout(program.patience):
            status = await process.exited()
    except TimeoutError:
        raise process.failed_to_start() from None
    finally:
        process.signal(signal.SIGKILL)
        await process.exited()
    if status != 0:
        raise Trouble(
            f"{program.name} {_how_it_ended(status)}; its last words: {process.last_words()}",
            remedy=f"The whole log is in {process.log}.",
        )
    return process.last_words()
