"""One program as a child process that never outlives us."""

import asyncio
import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from stack.trouble import Trouble


def _always() -> bool:
    return True


@dataclass(frozen=True, kw_only=True)
class Program:
    """What to run; `process.start` runs it."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    """Complete: nothing is inherited from the caller's shell."""

    folder: Path
    """The working directory."""

    ready: Callable[[], bool] = _always
    """Whether it serves now; called often, returns or gives up within a second."""

    patience: float = 60.0
    """Seconds it may take until `ready`."""


class Process:
    """A running program, leader of a session and process group of its own."""

    def __init__(self, program: Program, log: Path) -> None:
        self.program = program
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            # The kernel kills the child when the thread that started it dies, so
            # that even `kill -9` of ours leaves nothing behind. setpriv replaces
            # itself by the program, which therefore has the pid we know.
            self._child = subprocess.Popen(
                ("setpriv", "--pdeathsig", "KILL", "--", *program.command),
                cwd=program.folder,
                env=dict(program.environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._child.pid

    @property
    def returncode(self) -> int | None:
        return self._child.poll()

    def signal(self, number: int) -> None:
        """Send a signal to the program and to everything it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    async def exited(self) -> int:
        """Wait for the end and return the exit status, negative for a signal."""
        if self.returncode is not None:
            return self.returncode
        loop = asyncio.get_running_loop()
        over = asyncio.Event()
        descriptor = os.pidfd_open(self.pid)
        loop.add_reader(descriptor, over.set)
        try:
            await over.wait()
        finally:
            loop.remove_reader(descriptor)
            os.close(descriptor)
        return self._child.wait()

    def wait_until_ready(self) -> None:
        """Block until the program serves.

        Raises:
            Trouble: It ended instead, or took longer than its patience.
        """
        deadline = time.monotonic() + self.program.patience
        while not self.program.ready():
            if self.returncode is not None or time.monotonic() > deadline:
                raise self.failed_to_start()
            time.sleep(0.05)

    def failed_to_start(self) -> Trouble:
        how = "is not ready" if self.returncode is None else "ended while starting"
        return Trouble(
            f"{self.program.name} {how}; its last words: {self.last_words()}",
            remedy=f"The whole log is in {self.log}.",
        )

    def last_words(self) -> str:
        return last_words(self.log)

    def stop(self, *, grace: float = 10.0) -> None:
        """Ask the program to end; after `grace` seconds make it."""
        self.signal(signal.SIGTERM)
        try:
            self._child.wait(grace)
        except subprocess.TimeoutExpired:
            pass
        finally:
            # Also for what the program itself started and did not clean up.
            self.signal(signal.SIGKILL)
            self._child.wait()


def last_words(log: Path, *, lines: int = 3) -> str:
    """Return the end of a log file on one line."""
    try:
        text = log.read_text(errors="replace")
    except FileNotFoundError:
        return "(nothing)"
    return " / ".join(line.strip() for line in text.splitlines()[-lines:] if line.strip())[-600:]
