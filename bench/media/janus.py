"""Debian's Janus with its VideoRoom plug-in, run privately with settings of its own."""

import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stack import ports
from stack.process import Process, Program
from stack.trouble import Trouble

_PROGRAM = Path("/usr/bin/janus")
_LIBRARY = Path("/usr/lib/x86_64-linux-gnu/janus")


@contextmanager
def running(folder: Path, *, event_loops: int) -> Iterator[tuple[str, int]]:
    """Janus with its API on a free port of the loopback interface; yields its address and pid.

    With `event_loops` 0 each connection has threads of its own, which is the default.

    Raises:
        Trouble: It is not installed, or does not start.
    """
    if not _PROGRAM.is_file():
        raise Trouble(
            "Janus is not installed.",
            remedy="As root: apt-get install --no-install-recommends janus.",
        )
    [port] = ports.free_ports(1)
    settings = _configure(folder / "janus", port, event_loops)
    program = Program(
        name="janus",
        command=(str(_PROGRAM), "--configs-folder", str(settings), "--interface", "127.0.0.1"),
        environment={"PATH": os.environ["PATH"], "HOME": str(folder)},
        folder=folder,
        ready=lambda: _listens(port),
    )
    process = Process(program, folder / "janus.log")
    try:
        process.wait_until_ready()
        yield f"ws://127.0.0.1:{port}/", process.pid
    finally:
        process.stop(grace=5)


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def _configure(folder: Path, port: int, event_loops: int) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    loops = f"event_loops = {event_loops}" if event_loops else ""
    texts = {
        "janus.jcfg": f"""
            general: {{
                configs_folder = "{folder}"
                plugins_folder = "{_LIBRARY / "plugins"}"
                transports_folder = "{_LIBRARY / "transports"}"
                debug_level = 3
                session_timeout = 600
                {loops}
            }}
            plugins: {{ disable = "{_others("plugins", "libjanus_videoroom.so")}" }}
            transports: {{ disable = "{_others("transports", "libjanus_websockets.so")}" }}
        """,
        "janus.transport.websockets.jcfg": f"""
            general: {{ json = "compact", ws = true, ws_port = {port}, ws_ip = "127.0.0.1" }}
            admin: {{ admin_ws = false }}
        """,
        "janus.plugin.videoroom.jcfg": "general: { }\n",
    }
    for name, text in texts.items():
        (folder / name).write_text(text)
    return folder


def _others(kind: str, wanted: str) -> str:
    """What Debian ships beside the one that is asked."""
    return ",".join(each.name for each in (_LIBRARY / kind).glob("*.so") if each.name != wanted)
