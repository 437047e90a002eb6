"""The whole of `stack run`, with real servers and small programs in place of the services."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest

from stack.configuration import SERVICES, setting
from stack.trial import Platform, running_platform

# What is replayed to a broker is found by modules of the services.
REST_IS_REAL = "from pkgutil import extend_path; __path__ = extend_path(__path__, __name__)"
# Each version of a service is a file, so that a test can put another one in its place.
SERVICE = """
import http.server, os, pathlib, signal, socket, sys, threading
version = (pathlib.Path(__file__).parent / "version").read_text()
if version == "broken":
    sys.exit("this version does not start")

class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f"{version} {os.environ['CONVO_MONGO_URL']}".encode())

    def log_message(self, *_):
        pass

assert (os.environ["LISTEN_FDS"], os.environ["LISTEN_PID"]) == ("1", str(os.getpid()))
server = http.server.ThreadingHTTPServer(("", 0), Ready, bind_and_activate=False)
server.socket = socket.socket(fileno=3)
# Another process may have taken the connection that woke us.
server.socket.setblocking(False)
server.daemon_threads = False
signal.signal(15, lambda *_: threading.Thread(target=server.shutdown).start())
with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as supervisor:
    supervisor.sendto(b"READY=1", "\\0" + os.environ["NOTIFY_SOCKET"][1:])
server.serve_forever(poll_interval=0.05)
server.server_close()
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


@pytest.fixture(scope="module", name="fakes")
def _fakes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fakes")


@pytest.fixture(scope="module", name="running")
def _running(fakes: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    for name in (*SERVICES, "gateway"):
        (fakes / name).mkdir()
        (fakes / name / "__init__.py").write_text(REST_IS_REAL)
        (fakes / name / "version").write_text("first")
        (fakes / name / "__main__.py").write_text(SERVICE)
    settings = {"PYTHONPATH": str(fakes)}
    with running_platform(tmp_path_factory.mktemp("platform"), settings) as platform:
        yield platform


def pid_of(name: str, running: Platform) -> int:
    return int(json.loads((running.data / "state.json").read_text())[name]["pid"])


def address_of(name: str, running: Platform) -> str:
    return f"http://127.0.0.1:{running.environment[setting(name)]}/readyz"


@contextmanager
def asked_all_the_time(name: str, running: Platform) -> Iterator[list[str]]:
    """Ask a service again and again, each time on a new connection; the versions that answered."""
    answers: list[str] = []
    over = threading.Event()

    def ask() -> None:
        while not over.is_set():
            answers.append(httpx.get(address_of(name, running), timeout=30).text.split()[0])

    with ThreadPoolExecutor() as pool:
        asking = [pool.submit(ask) for _ in range(2)]
        try:
            yield answers
        finally:
            over.set()
            for each in asking:
                each.result()


def test_every_service_answers_and_knows_the_database(running: Platform) -> None:
    for name in (*SERVICES, "gateway"):
        assert httpx.get(address_of(name, running)).text.startswith("first mongodb://127.0.0.1:")


def test_status_lists_what_runs(running: Platform) -> None:
    told = stack("status", running=running).stdout

    assert "ConvoConnect is ready at" in told
    listed = set(re.findall(r"^  ([a-z0-9-]+) +\d", told, re.MULTILINE))
    assert listed >= {*SERVICES, "media-worker-1", "mongo", "turn"}


def test_a_second_run_is_refused(running: Platform) -> None:
    refused = stack("run", running=running)

    assert refused.returncode == 1
    assert f"pid {running.pid}" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_service_that_is_killed_comes_back_and_refuses_nobody(running: Platform) -> None:
    before = pid_of("chat", running)

    os.kill(before, signal.SIGKILL)
    answer = httpx.get(address_of("chat", running), timeout=30)

    assert answer.status_code == 200
    assert pid_of("chat", running) != before


def test_a_broker_that_lost_its_data_is_given_its_queues_and_facts_again(running: Platform) -> None:
    logs, data = running.data / "logs", running.data / "rabbitmq"
    assert said_in(logs / "replay.log") == 1

    (data / "mnesia").rename(data / "lost")
    os.kill(pid_of("rabbitmq", running), signal.SIGKILL)

    deadline = time.monotonic() + 120
    while said_in(logs / "replay.log") < 2:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert said_in(logs / "topology.log") == 2


def said_in(log: Path) -> int:
    return len(log.read_text().splitlines())


def test_a_restart_puts_what_is_on_disk_in_place_and_refuses_nobody(
    running: Platform, fakes: Path
) -> None:
    before = pid_of("rooms", running)
    (fakes / "rooms" / "version").write_text("second")

    with asked_all_the_time("rooms", running) as answers:
        restarted = stack("restart", "rooms", running=running)

    assert restarted.returncode == 0, restarted.stderr
    assert re.fullmatch(r"rooms was replaced in [\d.]+ s\n", restarted.stdout)
    assert set(answers) <= {"first", "second"}
    assert httpx.get(address_of("rooms", running)).text.startswith("second")
    assert pid_of("rooms", running) != before
    assert not psutil.pid_exists(before)


def test_a_restart_without_names_replaces_everything_the_gateway_last(running: Platform) -> None:
    before = {name: pid_of(name, running) for name in (*SERVICES, "gateway")}

    told = stack("restart", running=running).stdout

    assert re.findall(r"^(\w+) was", told, re.MULTILINE) == [*SERVICES, "gateway"]
    assert not [name for name, pid in before.items() if pid_of(name, running) == pid]


def test_a_version_that_does_not_start_leaves_the_old_one(running: Platform, fakes: Path) -> None:
    before = pid_of("media", running)
    (fakes / "media" / "version").write_text("broken")

    restarted = stack("restart", "media", "notify", running=running)

    assert restarted.returncode == 1
    assert "this version does not start" in restarted.stderr
    assert "notify" not in restarted.stdout
    assert pid_of("media", running) == before
    assert httpx.get(address_of("media", running)).status_code == 200
    (fakes / "media" / "version").write_text("first")


def test_only_services_and_the_gateway_can_be_restarted(running: Platform) -> None:
    refused = stack("restart", "mongo", running=running)

    assert refused.returncode == 1
    assert "mongo cannot be restarted" in refused.stderr


def test_stop_ends_every_process(running: Platform) -> None:
    everything = psutil.Process(running.pid).children(recursive=True)
    assert len(everything) > len(SERVICES)

    assert stack("stop", running=running).returncode == 0

    _, alive = psutil.wait_procs(everything, timeout=5)
    assert not [each for each in alive if each.status() != psutil.STATUS_ZOMBIE]
    assert stack("status", running=running).returncode == 1
    assert "not running" in stack("restart", running=running).stderr


def test_reset_asks_first_and_then_deletes(running: Platform) -> None:
    data = running.data

    assert "Nothing was deleted" in stack("reset", running=running).stderr
    assert (data / "mongo").is_dir()

    assert stack("reset", "--yes", running=running).returncode == 0
    assert not (data / "mongo").exists()
    assert not (data / "secrets.env").exists()
