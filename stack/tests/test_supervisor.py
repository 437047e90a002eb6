"""Programs are kept running, and none is left behind."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from stack.process import Process, Program
from stack.supervisor import Supervisor, run_once
from stack.trouble import Trouble

SLEEP = "import time; time.sleep(60)"
STUBBORN = "import signal, time; signal.signal(15, signal.SIG_IGN); print('up'); time.sleep(60)"
PARENT = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {SLEEP!r}])"


def python(code: str, folder: Path, *, name: str = "child", patience: float = 10.0) -> Program:
    return Program(
        name=name,
        command=(sys.executable, "-u", "-c", code),
        environment={"PATH": os.environ["PATH"]},
        folder=folder,
        patience=patience,
    )


async def until(what: Callable[[], object], *, within: float = 10.0) -> None:
    deadline = time.monotonic() + within
    while not what():
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.02)


class Watched:
    """A supervisor and what it said."""

    def __init__(self, logs: Path) -> None:
        self.said: list[str] = []
        self.supervisor = Supervisor(logs, say=self.said.append, first_wait=0.05)

    def process(self) -> psutil.Process:
        return psutil.Process(self.supervisor.kept["child"].process.pid)


@pytest.fixture(name="watched")
async def _watched(tmp_path: Path) -> AsyncIterator[Watched]:
    watched = Watched(tmp_path)
    yield watched
    await watched.supervisor.stop(*watched.supervisor.kept, grace=0.2)


async def test_a_program_that_dies_is_started_again_and_said_so(
    watched: Watched, tmp_path: Path
) -> None:
    await watched.supervisor.start(python(SLEEP, tmp_path))
    first = watched.process()

    first.kill()
    await until(lambda: watched.supervisor.kept["child"].restarts == 1)

    assert watched.process().pid != first.pid
    assert watched.said == [
        f"child was ended by SIGKILL; starts again in 0.05 s (log: {tmp_path / 'child.log'})"
    ]


async def test_the_waits_between_restarts_grow(watched: Watched, tmp_path: Path) -> None:
    await watched.supervisor.start(python("raise SystemExit(3)", tmp_path))

    await until(lambda: len(watched.said) >= 3)

    assert [line.partition(" (")[0] for line in watched.said[:3]] == [
        "child ended with status 3; starts again in 0.05 s",
        "child ended with status 3; starts again in 0.1 s",
        "child ended with status 3; starts again in 0.2 s",
    ]


async def test_what_a_program_has_lost_is_put_right_each_time_it_comes_back(
    watched: Watched, tmp_path: Path
) -> None:
    healed: list[int] = []

    async def heal() -> None:
        healed.append(watched.process().pid)

    watched.supervisor.healing["child"] = heal
    await watched.supervisor.start(python(SLEEP, tmp_path))
    assert not healed

    watched.process().kill()
    await until(lambda: healed)

    assert healed == [watched.process().pid]


async def test_an_order_to_replace_a_program_that_never_gets_ready_leaves_one_process(
    watched: Watched, tmp_path: Path
) -> None:
    is_ready = True
    program = replace(python(SLEEP, tmp_path, patience=0.3), ready=lambda: is_ready)
    await watched.supervisor.start(program)
    first, processes = watched.process(), set(psutil.Process().children())
    is_ready = False

    with pytest.raises(Trouble, match="child is not ready"):
        await watched.supervisor.replace("child")

    assert watched.process() == first
    assert set(psutil.Process().children()) == processes


async def test_programs_that_take_turns_never_run_at_the_same_time(
    watched: Watched, tmp_path: Path
) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    code = f"""
import os, socket, time
held = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
held.bind(("127.0.0.1", {port}))
name = os.environ["NOTIFY_SOCKET"].replace("@", chr(0), 1)
socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"READY=1", name)
time.sleep(60)
"""
    program = replace(python(code, tmp_path), says_ready=True, takes_turns=True)
    await watched.supervisor.start(program)
    first = watched.process()

    await watched.supervisor.replace("child")

    assert not first.is_running()
    assert watched.process().is_running()
    watched.process().kill()
    await until(lambda: watched.supervisor.kept["child"].restarts == 1)


async def test_only_the_process_itself_can_say_that_it_is_ready(tmp_path: Path) -> None:
    say = (
        "import os, socket\n"
        "name = os.environ['NOTIFY_SOCKET'].replace('@', chr(0), 1)\n"
        "socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b'READY=1', name)\n"
        "print('said', flush=True)\n"
    )
    code = f"""
import os, subprocess, sys
subprocess.run([sys.executable, "-c", {say!r}])
sys.stdin = open("go")
sys.stdin.read()
{say}
import time; time.sleep(60)
"""
    os.mkfifo(tmp_path / "go")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        process = Process(
            replace(python(code, tmp_path), listening=listening), tmp_path / "child.log"
        )
        await until(lambda: "said" in process.last_words())
        was_ready = process.is_ready()
        (tmp_path / "go").write_text("on")
        await until(process.is_ready)
        process.stop(grace=0)

    assert not was_ready


async def test_stopping_leaves_no_process_not_even_a_grandchild(
    watched: Watched, tmp_path: Path
) -> None:
    await watched.supervisor.start(python(PARENT, tmp_path))
    await until(lambda: watched.process().children())
    [grandchild] = watched.process().children()
    child = watched.process()

    await watched.supervisor.stop("child")

    assert not child.is_running()
    await until(lambda: not grandchild.is_running() or grandchild.status() == "zombie")


async def test_a_program_that_ignores_sigterm_is_killed_after_its_grace(
    watched: Watched, tmp_path: Path
) -> None:
    await watched.supervisor.start(python(STUBBORN, tmp_path))
    await until(lambda: "up" in (tmp_path / "child.log").read_text())
    child = watched.process()

    begun = time.monotonic()
    await watched.supervisor.stop("child", grace=0.3)

    assert not child.is_running()
    assert 0.3 <= time.monotonic() - begun < 5


async def test_a_program_that_never_gets_ready_is_trouble_with_its_last_words(
    watched: Watched, tmp_path: Path
) -> None:
    broken = Program(
        name="child",
        command=(sys.executable, "-c", "raise SystemExit('no such database')"),
        environment={},
        folder=tmp_path,
        ready=lambda: False,
    )

    with pytest.raises(Trouble, match=r"child ended while starting.*no such database"):
        await watched.supervisor.start(broken)


async def test_a_single_run_that_fails_is_trouble_with_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match=r"ended with status 1.*no broker"):
        await run_once(python("raise SystemExit('no broker')", tmp_path), tmp_path)


async def test_a_single_run_that_succeeds_is_silent(tmp_path: Path) -> None:
    await run_once(python("pass", tmp_path), tmp_path)


async def test_a_single_run_that_hangs_is_ended(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="is not ready"):
        await run_once(python(SLEEP, tmp_path, patience=0.2), tmp_path)


RUN = """
import asyncio, pathlib, sys
from stack.process import Program
from stack.supervisor import Supervisor

async def main():
    supervisor = Supervisor(pathlib.Path(sys.argv[1]), say=print)
    command = (sys.executable, "-c", "import time; time.sleep(60)")
    folder = pathlib.Path(sys.argv[1])
    await supervisor.start(Program(name="child", command=command, environment={}, folder=folder))
    print(supervisor.kept["child"].process.pid, flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


def test_kill_9_of_the_supervisor_takes_its_programs_along(tmp_path: Path) -> None:
    with subprocess.Popen(
        (sys.executable, "-c", RUN, str(tmp_path)), stdout=subprocess.PIPE
    ) as supervisor:
        assert supervisor.stdout is not None
        child = psutil.Process(int(supervisor.stdout.readline()))

        supervisor.send_signal(signal.SIGKILL)

    psutil.wait_procs([child], timeout=10)
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE
