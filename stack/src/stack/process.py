"""One program as a child process that never outlives us."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from stack.readiness import Word
from stack.trouble import Trouble

# The kernel kills the child when the thread that started it dies, so that even `kill -9`
# of ours leaves nothing behind.
_WITH_US = ("setpriv", "--pdeathsig", "KILL", "--")
# Standard input becomes descriptor 3, meant for this very process (sd_listen_fds(3)).
_PASSED_ON = ("sh", "-c", 'exec 3<&0 </dev/null; export LISTEN_PID=$$; exec "$@"', "sh")


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

    listening: socket.socket | None = None
    """Passed on to every process of the program in the way of systemd: whoever connects
    waits until there is one. Such a program says itself when it is ready."""

    says_ready: bool = False
    """Whether it says itself when it is ready, though nothing is passed on to it."""

    takes_turns: bool = False
    """Whether its next process can start only when the one before has ended."""

    ready: Callable[[], bool] = _always
    """Whether any other program serves now; called often, gives up within a second."""

    patience: float = 60.0
    """Seconds it may take until `ready`."""


class Process:
    """A running program, leader of a session and process group of its own."""

    def __init__(self, program: Program, log: Path) -> None:
        self.program = program
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        self._word = Word() if program.listening or program.says_ready else None
        with log.open("ab") as output:
            # Each of the commands before it replaces itself by the next, so that the
            # program has the pid we know.
            self._child = subprocess.Popen(
                (*_WITH_US, *(_PASSED_ON if program.listening else ()), *program.command),
                cwd=program.folder,
                env={**program.environment, **self._told()},
                stdin=program.listening.fileno() if program.listening else subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _told(self) -> dict[str, str]:
        told = {"LISTEN_FDS": "1"} if self.program.listening else {}
        return {**told, "NOTIFY_SOCKET": self._word.address} if self._word else told

    @property
    def pid(self) -> int:
        return self._child.pid

    @property
    def returncode(self) -> int | None:
        return self._child.poll()

    def is_ready(self) -> bool:
        """Whether it serves now; may take a second to tell."""
        return self._word.was_said_by(self.pid) if self._word else self.program.ready()

    def signal(self, number: int) -> None:
        """Send a signal to the program and to everything it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    async def exited(self) -> int:
        """Wait for the end and return the exit status, negative for a signal."""
        if self.returncode is not None:
            self._hear_no_more()
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
        self._hear_no_more()
        return self._child.wait()

    def _hear_no_more(self) -> None:
        if self._word:
            self._word.close()

    def wait_until_ready(self) -> None:
        """Block until the program serves.

        Raises:
            Trouble: It ended instead, or took longer than its patience.
        """
        deadline = time.monotonic() + self.program.patience
        while not self.is_ready():
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
            self._hear_no_more()


def last_words(log: Path, *, lines: int = 3) -> str:
    """Return the end of a log file on one line."""
    try:
        text = log.read_text(errors="replace")
    except FileNotFoundError:
        return "(nothing)"
    return " / ".join(line.strip() for line in text.splitlines()[-lines:] if line.strip())[-600:]
