"""The whole of `stack run`, with real servers and small programs in place of the services."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import httpx
import psutil
import pytest

from stack.configuration import SERVICES, setting
from stack.trial import Platform, running_platform

SERVICE = """
import http.server, os
class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(os.environ["CONVO_MONGO_URL"].encode())
port = int(os.environ[f"CONVO_{__package__.upper()}_PORT"])
http.server.ThreadingHTTPServer(("127.0.0.1", port), Ready).serve_forever()
"""


def stack(*arguments: str, running: Platform) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        (sys.executable, "-m", "stack", *arguments),
        env=dict(running.environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module", name="running")
def _running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    fakes = tmp_path_factory.mktemp("fakes")
    for name in (*SERVICES, "gateway"):
        (fakes / name).mkdir()
        (fakes / name / "__init__.py").touch()
        (fakes / name / "__main__.py").write_text(SERVICE)
    settings = {"PYTHONPATH": str(fakes)}
    with running_platform(tmp_path_factory.mktemp("platform"), settings) as platform:
        yield platform


def pid_of(name: str, running: Platform) -> int:
    return int(json.loads((running.data / "state.json").read_text())[name]["pid"])


def test_every_service_answers_and_knows_the_database(running: Platform) -> None:
    for name in (*SERVICES, "gateway"):
        answer = httpx.get(f"http://127.0.0.1:{running.environment[setting(name)]}/readyz")

        assert answer.text.startswith("mongodb://127.0.0.1:")


def test_status_lists_what_runs(running: Platform) -> None:
    told = stack("status", running=running).stdout

    assert "ConvoConnect is ready at" in told
    assert set(re.findall(r"^  ([a-z-]+) +\d", told, re.MULTILINE)) >= {*SERVICES, "mongo", "turn"}


def test_a_second_run_is_refused(running: Platform) -> None:
    refused = stack("run", running=running)

    assert refused.returncode == 1
    assert f"pid {running.pid}" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_service_that_is_killed_comes_back(running: Platform) -> None:
    before = pid_of("chat", running)

    os.kill(before, signal.SIGKILL)

    deadline = time.monotonic() + 10
    while pid_of("chat", running) == before:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_stop_ends_every_process(running: Platform) -> None:
    everything = psutil.Process(running.pid).children(recursive=True)
    assert len(everything) > len(SERVICES)

    assert stack("stop", running=running).returncode == 0

    _, alive = psutil.wait_procs(everything, timeout=5)
    assert not [each for each in alive if each.status() != psutil.STATUS_ZOMBIE]
    assert stack("status", running=running).returncode == 1


def test_reset_asks_first_and_then_deletes(running: Platform) -> None:
    data = running.data

    assert "Nothing was deleted" in stack("reset", running=running).stderr
    assert (data / "mongo").is_dir()

    assert stack("reset", "--yes", running=running).returncode == 0
    assert not (data / "mongo").exists()
    assert not (data / "secrets.env").exists()
