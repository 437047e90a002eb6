"""The data folder: locked by the one `stack` that uses it, with room left on its disk."""

import contextlib
import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from stack.trouble import Trouble

_ENOUGH_DISK = 1_000_000_000
"""Bytes. MongoDB ends itself when the disk is full (see reliability in the docs)."""

_KEEP_LOGS = 3


@contextmanager
def locked(data: Path) -> Iterator[None]:
    """Hold the folder; the lock goes with our process, however it ends.

    Raises:
        Trouble: Another `stack run` holds it.
    """
    data.mkdir(parents=True, exist_ok=True)
    with (data / "stack.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Trouble(
                f"The platform already runs with {data} (pid {holder(data)}).",
                remedy="Use it, or stop it with `make stop`; a second one needs its own "
                "CONVO_DATA_DIR and ports.",
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        try:
            yield
        finally:
            lock.truncate(0)
            (data / "state.json").unlink(missing_ok=True)


def holder(data: Path) -> int | None:
    """Return the pid of the `stack` that holds the folder, None when nobody does."""
    with contextlib.suppress(FileNotFoundError), (data / "stack.lock").open("r") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            text = lock.read().strip()
            return int(text) if text else None
    return None


def need_disk(data: Path) -> None:
    """Refuse to start on a disk that is all but full.

    Raises:
        Trouble: Less than a gigabyte is free.
    """
    free = shutil.disk_usage(data).free
    if free < _ENOUGH_DISK:
        raise Trouble(
            f"Only {free // 1_000_000} MB are free on the disk of {data}; 1000 MB are needed.",
            remedy="Free some space, or put the data elsewhere with CONVO_DATA_DIR=<folder>.",
        )


def rotate(logs: Path) -> None:
    """Give every program an empty log and keep the last three of each."""
    logs.mkdir(parents=True, exist_ok=True)
    for log in logs.glob("*.log"):
        for age in range(_KEEP_LOGS - 1, 0, -1):
            older = log.with_name(f"{log.name}.{age}")
            if older.exists():
                older.rename(log.with_name(f"{log.name}.{age + 1}"))
        log.rename(log.with_name(f"{log.name}.1"))


def note(data: Path, programs: Mapping[str, Mapping[str, object]]) -> None:
    """Leave word for `stack status` of what runs."""
    new = data / "state.json.new"
    new.write_text(json.dumps(programs))
    new.replace(data / "state.json")


def noted(data: Path) -> dict[str, dict[str, float]]:
    try:
        return dict(json.loads((data / "state.json").read_text()))
    except FileNotFoundError:
        return {}
