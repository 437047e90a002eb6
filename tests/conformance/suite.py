"""Runs cases against an echo over the gateway's end of a WebSocket."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from tests.conformance.prepare import ROOT, prepare

EVERY = ("1", "2", "3", "4", "5", "6", "7", "9.7", "9.8")
"""All that can pass: compression (12, 13) is declined, and the messages of 9.1 to 9.6 are
larger than the gateway takes, or in more parts. 10.1 counts the parts it sends itself with
the division of Python 2."""
GOOD = ("OK", "NON-STRICT", "INFORMATIONAL")

Result = dict[str, str]


def run(sections: Sequence[str], *, stock: bool = False) -> list[Result]:
    """What became of each case, in the order of their numbers; with uvicorn's own if `stock`."""
    tools = prepare()
    fuzzer = ROOT / "tests" / "conformance" / "fuzzer.py"
    with _echoing(*(["stock"] if stock else [])) as url:
        command = [sys.executable, str(fuzzer), str(tools), url, *sections]
        told = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return sorted(map(json.loads, told.splitlines()), key=_order)


def failed(results: Sequence[Result]) -> list[Result]:
    """Those that break the standard, or end otherwise than the standard says."""
    return [each for each in results if not {each["behavior"], each["close"]} <= set(GOOD)]


@contextmanager
def _echoing(*how: str) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with subprocess.Popen(
        [sys.executable, "-m", "tests.conformance.echo", str(port), *how], cwd=ROOT
    ) as process:
        try:
            _until_it_listens(port)
            yield f"ws://127.0.0.1:{port}/echo"
        finally:
            process.terminate()


def _until_it_listens(port: int) -> None:
    deadline = time.monotonic() + 120
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


def _order(result: Result) -> list[int]:
    return [int(part) for part in result["case"].split(".")]
