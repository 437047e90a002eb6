"""Time of `make run` until ready, and memory of the idle platform.

`python bench/startup.py` measures a warm start (everything installed, data there) in
this checkout; `--cold` clones it into a new folder first, so that every environment,
package and build is made anew (packages may come from the machine's download cache).
"""

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parents[1]
ADDRESS = "http://127.0.0.1:8080/readyz"
IDLE = 30.0  # seconds after which memory is read
WARM_RUNS = 3


def seconds_to_ready(checkout: Path, *, then: list[float]) -> float:
    """One `make run`; memory in MiB is added to `then`."""
    started = time.monotonic()
    process = subprocess.Popen(
        ["make", "run"], cwd=checkout, stdout=subprocess.DEVNULL, start_new_session=True
    )
    while not _ready():
        assert process.poll() is None, "make run ended"
        time.sleep(0.1)
    taken = time.monotonic() - started
    time.sleep(IDLE)
    then.append(_memory(process.pid))
    os.killpg(process.pid, signal.SIGINT)
    process.wait(60)
    return taken


def _ready() -> bool:
    try:
        with urllib.request.urlopen(ADDRESS, timeout=1) as answer:
            return answer.status == 200
    except (OSError, urllib.error.URLError):
        return False


def _memory(root: int) -> float:
    """Proportional set size of a process and all below it, in MiB."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    mine = {root}
    for _ in range(10):
        mine |= {pid for pid, parent in parents.items() if parent in mine}
    kib = 0
    for pid in mine:
        try:
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except OSError:
            continue
        kib += next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
    return kib / 1024


def main() -> None:
    memory: list[float] = []
    if "--cold" in sys.argv:
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(["git", "clone", "-q", ROOT, folder], check=True)
            print(f"cold: {seconds_to_ready(Path(folder), then=memory):.0f} s")
    else:
        times = [seconds_to_ready(ROOT, then=memory) for _ in range(WARM_RUNS)]
        print(f"warm: {statistics.median(times):.1f} s (of {[f'{each:.1f}' for each in times]})")
    print(f"idle: {statistics.median(memory):.0f} MiB (proportional set size)")


if __name__ == "__main__":
    main()
