"""The data folder has one holder, and logs are kept three times."""

import subprocess
import sys
from pathlib import Path

import pytest

from stack import folder
from stack.trouble import Trouble

HOLD = """
import sys, pathlib
from stack import folder
with folder.locked(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_run_is_refused_with_the_pid_of_the_first(tmp_path: Path) -> None:
    with subprocess.Popen(
        (sys.executable, "-c", HOLD, str(tmp_path)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"

        with pytest.raises(Trouble, match=rf"pid {other.pid}\)"), folder.locked(tmp_path):
            pass
        assert folder.holder(tmp_path) == other.pid

        other.kill()

    assert folder.holder(tmp_path) is None
    with folder.locked(tmp_path):
        pass


def test_a_full_disk_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "_ENOUGH_DISK", 10**18)

    with pytest.raises(Trouble, match="MB are free"):
        folder.need_disk(tmp_path)


def test_logs_are_rotated_and_the_oldest_falls_out(tmp_path: Path) -> None:
    for run in range(5):
        folder.rotate(tmp_path)
        (tmp_path / "chat.log").write_text(str(run))

    kept = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert kept == {"chat.log": "4", "chat.log.1": "3", "chat.log.2": "2", "chat.log.3": "1"}
