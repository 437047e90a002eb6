"""Whoever talks to a program that is being stopped is answered, and nobody waits for long."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

PROGRAM = """
import asyncio
import fastapi
from common import health, server

app = fastapi.FastAPI()
app.include_router(health.router("common", needed={}))

@app.get("/slow")
async def slow(seconds: float):
    await asyncio.sleep(seconds)
    return "done"

config = server.configured(app, host="127.0.0.1", port=0, ws="none")
server.serve(server.Server(config))
"""
# As the supervisor does it: descriptor 3, and the number of this very process.
STARTED = 'exec 3<&0 </dev/null; export LISTEN_PID=$$; exec "$@"'


@dataclass
class Client:
    """One connection, kept open."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    def ask(self, path: str) -> None:
        self.writer.write(f"GET {path} HTTP/1.1\r\nHost: here\r\n\r\n".encode())

    async def answer(self) -> tuple[int, bytes]:
        """The status, and everything before the body."""
        head = await self.reader.readuntil(b"\r\n\r\n")
        [length] = [line[15:] for line in head.split(b"\r\n") if line.startswith(b"content-length")]
        await self.reader.readexactly(int(length))
        return int(head.split()[1]), head

    async def is_closed(self) -> bool:
        return await self.reader.read() == b""


@dataclass
class Program:
    """A server in a process of its own, and the socket it was given."""

    process: asyncio.subprocess.Process
    socket: socket.socket
    clients: list[Client] = field(default_factory=list)

    async def client(self) -> Client:
        client = Client(*await asyncio.open_connection(*self.socket.getsockname()))
        self.clients.append(client)
        return client

    async def connected(self) -> Client:
        """A client that has been answered once."""
        client = await self.client()
        client.ask("/livez")
        assert (await client.answer())[0] == 200
        return client

    def terminate(self) -> None:
        self.process.terminate()

    async def is_letting_go(self, client: Client) -> None:
        """Wait until the program stops; a look at its readiness would end the connection."""
        self.socket.close()
        address = client.writer.get_extra_info("peername")
        async with asyncio.timeout(10):
            while True:
                try:
                    _, writer = await asyncio.open_connection(*address)
                except OSError:
                    return
                writer.close()
                await asyncio.sleep(0.02)

    async def ended(self, within: float) -> None:
        async with asyncio.timeout(within):
            await self.process.wait()


async def begun(listening: socket.socket, **environment: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *("sh", "-c", STARTED, "sh", sys.executable, "-c", PROGRAM),
        stdin=listening,
        env={**os.environ, "LISTEN_FDS": "1", **environment},
    )


@asynccontextmanager
async def started(**environment: str) -> AsyncIterator[Program]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        program = Program(await begun(listening, **environment), listening)
        try:
            yield program
        finally:
            for client in program.clients:
                client.writer.close()
            if program.process.returncode is None:
                program.process.kill()
            await program.process.wait()


@pytest.fixture(name="program")
async def _program() -> AsyncIterator[Program]:
    async with started() as program:
        yield program


async def test_the_socket_that_was_passed_on_is_served_from_the_first_connection(
    program: Program,
) -> None:
    client = await program.client()  # long before anybody accepts it

    client.ask("/startupz")

    assert (await client.answer())[0] == 200


async def test_an_open_connection_is_answered_during_the_stop_and_asked_to_close(
    program: Program,
) -> None:
    client = await program.connected()

    program.terminate()
    await program.is_letting_go(client)
    client.ask("/livez")
    status, head = await client.answer()

    assert status == 200
    assert b"\r\nconnection: close\r\n" in head
    assert await client.is_closed()
    await program.ended(within=3)


async def test_readiness_is_red_during_the_stop(program: Program) -> None:
    client = await program.connected()

    program.terminate()
    await program.is_letting_go(client)
    client.ask("/readyz")

    assert (await client.answer())[0] == 503


async def test_a_request_in_flight_is_finished_and_its_connection_closed(program: Program) -> None:
    client = await program.connected()
    client.ask("/slow?seconds=1.5")

    program.terminate()
    status, head = await client.answer()

    assert status == 200
    assert b"\r\nconnection: close\r\n" in head
    assert await client.is_closed()
    await program.ended(within=3)


async def test_a_program_nobody_is_connected_to_ends_at_once(program: Program) -> None:
    client = await program.connected()
    client.writer.close()

    program.terminate()

    await program.ended(within=3)


async def test_who_keeps_an_idle_connection_is_not_waited_for_longer_than_needed(
    program: Program,
) -> None:
    client = await program.connected()

    program.terminate()

    await program.ended(within=9)
    assert await client.is_closed()


async def test_a_second_sigterm_ends_it_at_once(program: Program) -> None:
    client = await program.connected()
    client.ask("/slow?seconds=60")
    program.terminate()
    await program.is_letting_go(client)

    program.terminate()

    await program.ended(within=3)
    assert program.process.returncode == -signal.SIGTERM


async def test_a_connection_that_comes_between_two_processes_waits_for_the_second(
    program: Program,
) -> None:
    await program.connected()
    program.process.kill()
    await program.process.wait()

    waiting = await program.client()
    waiting.ask("/livez")
    program.process = await begun(program.socket)

    assert (await waiting.answer())[0] == 200


async def test_readiness_is_told_to_whoever_started_it() -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as supervisor:
        supervisor.bind("")  # the kernel chooses an address without a file
        supervisor.setblocking(False)
        name = supervisor.getsockname().decode().replace("\0", "@", 1)

        async with started(NOTIFY_SOCKET=name), asyncio.timeout(20):
            told = await asyncio.get_running_loop().sock_recv(supervisor, 64)

    assert told == b"READY=1"


async def test_a_socket_meant_for_another_process_is_left_alone() -> None:
    with socket.create_server(("127.0.0.1", 0)) as others:
        port = others.getsockname()[1]
        code = (
            "from common import server\n"
            "config = server.configured(None, host='127.0.0.1', port=0)\n"
            "print(server.listening(config).getsockname()[1])\n"
        )
        process = await asyncio.create_subprocess_exec(
            *("sh", "-c", 'exec 3<&0; exec "$@"', "sh", sys.executable, "-c", code),
            stdin=others,
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, "LISTEN_FDS": "1", "LISTEN_PID": "1"},
        )
        told, _ = await process.communicate()

    assert int(told) != port
