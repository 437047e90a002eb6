"""Fetches servers that come as Python packages, each into a folder of its own."""

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stack.process import last_words
from stack.trouble import Trouble

ROOT = Path(__file__).resolve().parents[3]
"""The checkout; the package is only ever installed from it, editable."""

SERVERS = ROOT / ".data" / "servers"


def uv() -> str:
    """Find uv: our own, the one bootstrap.sh made, or any other."""
    own = (Path(sys.prefix) / "bin" / "uv", ROOT / ".data" / "tools" / "bin" / "uv")
    for path in own:
        if path.is_file():
            return str(path)
    found = shutil.which("uv")
    if found is None:
        raise Trouble("uv is not installed.", remedy="Run `make run`, which installs it.")
    return found


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let one process at a time build `folder`; the others wait and find it done."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_name(f".{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def built_once(folder: Path) -> Iterator[Path | None]:
    """Yield a scratch folder to fill, which then becomes `folder`; None if that exists.

    A build that fails or is killed leaves no half of a folder behind.
    """
    if folder.is_dir():
        yield None
        return
    with _alone(folder):
        if folder.is_dir():
            yield None
            return
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as scratch:
            building = Path(scratch) / "build"
            building.mkdir()
            yield building
            building.rename(folder)


def fetch(*arguments: str, what: str) -> None:
    """Run `uv` with `arguments`, quietly.

    Raises:
        Trouble: It failed, most often because the package index cannot be reached.
    """
    with tempfile.NamedTemporaryFile(suffix=".log") as log:
        done = subprocess.run(
            [uv(), *arguments],
            stdout=log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "UV_NO_PROGRESS": "1", "NO_COLOR": "1"},
            check=False,
        )
        if done.returncode != 0:
            raise Trouble(
                f"{what} could not be installed: {last_words(Path(log.name), lines=8)}",
                remedy="Check the network and the free disk space, then run the command again.",
            )
