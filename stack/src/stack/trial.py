"""A platform on free ports with its own data, for tests that need all of it."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from stack import plan, ports
from stack.configuration import MOST_WORKERS, PORTS, Configuration, setting
from stack.packages import ROOT
from stack.process import Process, Program

_IN_A_ROW = {"rabbitmq": 4, "objects": 4, "media_worker": MOST_WORKERS}
_LONGEST_STOP = 90.0


@dataclass(frozen=True)
class Platform:
    url: str
    """What a browser opens. `localhost`, because cameras need a secure context."""

    pid: int
    environment: Mapping[str, str] = field(repr=False)
    """For `stack status` and the like to be about this platform."""

    @property
    def data(self) -> Path:
        return Path(self.environment["CONVO_DATA_DIR"])


@contextmanager
def running_platform(
    directory: Path, settings: Mapping[str, str] | None = None
) -> Iterator[Platform]:
    """Run `stack run` for as long as the block lasts; nothing of it outlives the caller.

    Data and logs are in `directory`, which the caller removes. `settings` win over ours.

    Raises:
        Trouble: It did not get ready.
    """
    environment = {
        # Not the caller's own settings, which may be about a platform that runs already.
        **{name: value for name, value in os.environ.items() if not name.startswith("CONVO_")},
        **{setting(name): str(ports.free_range(_IN_A_ROW.get(name, 1))) for name in PORTS},
        "CONVO_ENV_FILE": os.devnull,
        "CONVO_DATA_DIR": str(directory / "data"),
        **(settings or {}),
    }
    port = environment[setting("gateway")]
    program = Program(
        name="stack",
        command=(sys.executable, "-m", "stack", "run"),
        environment=environment,
        folder=ROOT,
        ready=lambda: plan.answers(f"http://127.0.0.1:{port}/readyz"),
        patience=300.0,
    )
    process = Process(program, directory / "stack.log")
    try:
        process.wait_until_ready()
        url = plan.public_url(Configuration(environment))
        yield Platform(url=url, pid=process.pid, environment=environment)
    finally:
        process.stop(grace=_LONGEST_STOP)
