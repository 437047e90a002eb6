"""The whole of `stack run`, with real servers and small programs in place of the services."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from stack import ports
from stack.configuration import PORTS, SERVICES, setting

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


def stack(*arguments: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        (sys.executable, "-m", "stack", *arguments),
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module", name="environment")
def _environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    fakes = tmp_path_factory.mktemp("fakes")
    for name in (*SERVICES, "gateway"):
        (fakes / name).mkdir()
        (fakes / name / "__init__.py").touch()
        (fakes / name / "__main__.py").write_text(SERVICE)
    rows = {name: 4 if name in {"rabbitmq", "objects"} else 1 for name in PORTS}
    chosen = {setting(name): str(ports.free_range(count)) for name, count in rows.items()}
    ours = {name: value for name, value in os.environ.items() if not name.startswith("CONVO_")}
    data = tmp_path_factory.mktemp("data")
    return {**ours, **chosen, "CONVO_DATA_DIR": str(data), "PYTHONPATH": str(fakes)}


@pytest.fixture(scope="module", name="running")
def _running(environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    command = (sys.executable, "-m", "stack", "run")
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as platform:
        assert platform.stdout is not None
        for line in platform.stdout:
            if "is ready after" in line:
                break
        else:
            pytest.fail("it ended instead")
        yield platform
        if platform.poll() is None:
            platform.kill()


def pid_of(name: str, environment: dict[str, str]) -> int:
    state = Path(environment["CONVO_DATA_DIR"]) / "state.json"
    return int(json.loads(state.read_text())[name]["pid"])


def test_every_service_answers_and_knows_the_database(
    running: subprocess.Popen[str], environment: dict[str, str]
) -> None:
    for name in (*SERVICES, "gateway"):
        answer = httpx.get(f"http://127.0.0.1:{environment[setting(name)]}/readyz")

        assert answer.text.startswith("mongodb://127.0.0.1:")


def test_status_lists_what_runs(
    running: subprocess.Popen[str], environment: dict[str, str]
) -> None:
    told = stack("status", environment=environment).stdout

    assert "ConvoConnect is ready at" in told
    assert set(re.findall(r"^  ([a-z-]+) +\d", told, re.MULTILINE)) >= {*SERVICES, "mongo", "turn"}


def test_a_second_run_is_refused(
    running: subprocess.Popen[str], environment: dict[str, str]
) -> None:
    refused = stack("run", environment=environment)

    assert refused.returncode == 1
    assert f"pid {running.pid}" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_service_that_is_killed_comes_back(
    running: subprocess.Popen[str], environment: dict[str, str]
) -> None:
    before = pid_of("chat", environment)

    os.kill(before, signal.SIGKILL)

    deadline = time.monotonic() + 10
    while pid_of("chat", environment) == before:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_stop_ends_every_process(
    running: subprocess.Popen[str], environment: dict[str, str]
) -> None:
    everything = psutil.Process(running.pid).children(recursive=True)
    assert len(everything) > len(SERVICES)

    assert stack("stop", environment=environment).returncode == 0

    assert running.wait(10) == 0
    _, alive = psutil.wait_procs(everything, timeout=5)
    assert not [each for each in alive if each.status() != psutil.STATUS_ZOMBIE]
    assert stack("status", environment=environment).returncode == 1


def test_reset_asks_first_and_then_deletes(
    running: subprocess.Popen[str], environment: dict[str, str]
) -> None:
    data = Path(environment["CONVO_DATA_DIR"])

    assert "Nothing was deleted" in stack("reset", environment=environment).stderr
    assert (data / "mongo").is_dir()

    assert stack("reset", "--yes", environment=environment).returncode == 0
    assert not (data / "mongo").exists()
    assert not (data / "secrets.env").exists()
