"""What every server offers: programs to keep running and settings for the services."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from stack.process import Process, Program


@dataclass(frozen=True, kw_only=True)
class Server:
    name: str
    programs: Sequence[Program]
    """In the order in which they start; stopped in reverse. Empty for an external server."""

    variables: Mapping[str, str] = field(default_factory=dict)
    """CONVO_ settings that tell the services where it is."""


@contextmanager
def running(server: Server, logs: Path) -> Iterator[None]:
    """Run a server for as long as the block lasts, one log file for each program.

    Raises:
        Trouble: A program does not start.
    """
    with ExitStack() as started:
        for program in server.programs:
            process = Process(program, logs / f"{program.name}.log")
            started.callback(process.stop)
            process.wait_until_ready()
        yield
