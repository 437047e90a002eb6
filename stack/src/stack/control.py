"""What another terminal can ask of the running `stack`, over a socket in its data folder."""

import asyncio
import json
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from stack.trouble import Trouble

Say = Callable[[str], None]
Restart = Callable[[Sequence[str], Say], Awaitable[None]]

_SOCKET = "control"


@asynccontextmanager
async def obeying(data: Path, restart: Restart) -> AsyncIterator[None]:
    """Take orders while the block lasts, one at a time; one that is under way is given up."""
    busy = asyncio.Lock()
    orders: set[asyncio.Task[None]] = set()

    async def obey(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        names = json.loads(await reader.readline())
        try:
            async with busy:
                await restart(names, lambda text: _tell(writer, said=text))
            _tell(writer, done=True)
        except Trouble as trouble:
            _tell(writer, trouble=trouble.sentence, remedy=trouble.remedy)
        finally:
            writer.close()

    def taken(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        order = asyncio.create_task(obey(reader, writer))
        orders.add(order)
        order.add_done_callback(orders.discard)

    with _address(data) as path:
        path.unlink(missing_ok=True)  # of one that was killed
        server = await asyncio.start_unix_server(taken, path)
    (data / _SOCKET).chmod(0o600)
    try:
        yield
    finally:
        server.close()
        for order in orders:
            order.cancel()
        await asyncio.gather(*orders, return_exceptions=True)
        (data / _SOCKET).unlink(missing_ok=True)


def ask_restart(data: Path, names: Sequence[str]) -> Iterator[str]:
    """Have these parts replaced, or all when none is named; yields what is told of it.

    Raises:
        Trouble: The platform is not running, or a part could not be replaced.
    """
    with socket.socket(socket.AF_UNIX) as connection:
        try:
            with _address(data) as path:
                connection.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError):
            raise Trouble(
                "ConvoConnect is not running, or still starting.", remedy="See `make status`."
            ) from None
        connection.sendall(json.dumps(list(names)).encode() + b"\n")
        for line in connection.makefile():
            told = json.loads(line)
            if "trouble" in told:
                raise Trouble(told["trouble"], remedy=told["remedy"])
            if "done" in told:
                return
            yield told["said"]
    raise Trouble("The platform was stopped meanwhile.", remedy="Start it with `make run`.")


def _tell(writer: asyncio.StreamWriter, **told: object) -> None:
    writer.write(json.dumps(told).encode() + b"\n")


@contextmanager
def _address(data: Path) -> Iterator[Path]:
    """The socket by a name that is short enough: an address has at most 107 bytes."""
    folder = os.open(data, os.O_PATH | os.O_DIRECTORY)
    try:
        yield Path(f"/proc/self/fd/{folder}") / _SOCKET
    finally:
        os.close(folder)
