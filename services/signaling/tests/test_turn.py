import asyncio
import secrets
import shutil
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from common.clock import utc_now
from common.testing import eventually
from signaling.domain import TTL, Relays

SECRET = secrets.token_hex(16)

pytestmark = pytest.mark.skipif(
    not (shutil.which("turnserver") and shutil.which("turnutils_uclient")),
    reason="coturn is not installed",
)


async def run(*command: str) -> tuple[int, str]:
    program = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    async with asyncio.timeout(30):
        said, _ = await program.communicate()
    return program.returncode or 0, said.decode(errors="replace")


@pytest.fixture
async def port(tmp_path: Path) -> AsyncIterator[int]:
    """A real coturn on loopback, with `use-auth-secret`."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as free:
        free.bind(("127.0.0.1", 0))
        number = free.getsockname()[1]
    config = tmp_path / "turnserver.conf"
    config.write_text(
        f"listening-ip=127.0.0.1\nrelay-ip=127.0.0.1\nlistening-port={number}\n"
        f"use-auth-secret\nstatic-auth-secret={SECRET}\nrealm=convo\n"
        "allow-loopback-peers\nno-cli\nno-tls\nno-dtls\n"
        f"pidfile={tmp_path}/pid\nuserdb={tmp_path}/turndb\n"
    )
    server = await asyncio.create_subprocess_exec(
        "turnserver", "-c", str(config), "--log-file", "stdout", "--simple-log",
        stdout=asyncio.subprocess.DEVNULL,
    )  # fmt: skip

    async def listens() -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", number)
        except OSError:
            return False
        writer.close()
        await writer.wait_closed()
        return True

    await eventually(listens)
    yield number
    server.terminate()
    await server.wait()


async def relayed(port: int, username: str, credential: str) -> tuple[int, str]:
    """Two clients that send each other a message through the relay, over TCP to it."""
    return await run(
        "turnutils_uclient", "-t", "-y", "-c", "-n", "2",
        "-u", username, "-w", credential, "-p", str(port), "127.0.0.1",
    )  # fmt: skip


async def test_a_real_turn_server_takes_our_credentials_and_no_others(port: int) -> None:
    [turn] = Relays((), ("turn:127.0.0.1",), SECRET).servers_for("ada", at=utc_now()).ice_servers

    code, said = await relayed(port, turn.username, turn.credential)
    assert code == 0, said
    assert "Total lost packets 0" in said

    code, said = await relayed(port, turn.username, "bm90IGl0")
    assert code != 0
    assert "Cannot complete Allocation" in said

    old = Relays((), ("turn:127.0.0.1",), SECRET).servers_for("ada", at=utc_now() - 2 * TTL)
    [turn] = old.ice_servers
    code, said = await relayed(port, turn.username, turn.credential)
    assert code != 0
    assert "Cannot complete Allocation" in said
