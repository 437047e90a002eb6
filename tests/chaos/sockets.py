"""A person's realtime socket, which comes back when it is lost (web/src/realtime/socket.ts)."""

import asyncio
import itertools
import json
import socket
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.typing import Origin, Subprotocol

from tests.chaos.people import Person

ANSWER_WITHIN = 10.0
_UNAUTHENTICATED = 4401
_GOES_AWAY = 4503
_LONGEST_WAIT = 1.0
_AWAY = (OSError, TimeoutError, EOFError, WebSocketException)

Frame = dict[str, Any]


class Lost(Exception):  # noqa: N818 - nobody's error
    """No answer: the socket is not open, was lost, or nothing came in time."""


class Refused(Exception):  # noqa: N818 - an answer
    """The server said no."""

    def __init__(self, problem: Frame) -> None:
        super().__init__(problem.get("code"), problem.get("status"))
        self.status: int = problem.get("status", 500)
        self.passes = self.status >= 500 or self.status == 429
        """Whether asking again may help."""


async def _nothing() -> None:
    return


class Socket:
    """One client's socket; `run` keeps it open at a gateway picked anew each time."""

    def __init__(
        self,
        person: Person,
        *,
        opened: Callable[[], Awaitable[None]] = _nothing,
        heard: Callable[[Frame], None] = lambda _: None,
    ) -> None:
        """`opened` runs after each greeting, `heard` gets each event."""
        self._person = person
        self._opened = opened
        self._heard = heard
        self._ids = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._connection: ClientConnection | None = None
        self._attempt = 0
        self.is_open = asyncio.Event()
        self.closes: Counter[int] = Counter()
        """How often it was lost, by close code; 0 when it did not even open."""

    async def run(self) -> None:
        """For ever."""
        while True:
            code = await self._converse()
            self.closes[code] += 1
            if code == _UNAUTHENTICATED:
                await self._person.sign_in()
            await asyncio.sleep(self._wait(code))

    async def ask(self, kind: str, **data: object) -> Any:
        """Send a command and wait for its answer.

        Raises:
            Refused: The server says no.
            Lost: It is not known whether the server has it.
        """
        if self._connection is None:
            raise Lost("not connected")
        return await self._exchange(self._connection, kind, data)

    def _wait(self, code: int) -> float:
        chance = self._person.chance
        if code == _GOES_AWAY:
            return chance.random()
        ceiling: float = min(_LONGEST_WAIT, 0.5 * 2**self._attempt)
        self._attempt += 1
        return ceiling * (0.3 + 0.7 * chance.random())

    async def _converse(self) -> int:
        """One connection, from its handshake to its end; returns the close code."""
        try:
            async with open_socket(self._person.gateway()) as connection:
                greeting = asyncio.create_task(self._greet(connection))
                try:
                    while True:
                        self._receive(json.loads(await connection.recv()))
                except ConnectionClosed:
                    return connection.close_code or 1006
                finally:
                    greeting.cancel()
                    self._lose()
        except _AWAY:
            return 0

    async def _greet(self, connection: ClientConnection) -> None:
        """Say who we are, then make sure that the connection lives."""
        try:
            told = await self._exchange(connection, "connect", {"token": self._person.token})
            self._connection = connection
            self._attempt = 0
            self.is_open.set()
            await self._opened()
            while True:
                await asyncio.sleep(told["heartbeatSeconds"])
                await self._exchange(connection, "ping", {})
        except Refused:
            await connection.close()
        except Lost:
            # It died without a word: waiting for its goodbye would only take longer.
            connection.transport.abort()

    async def _exchange(self, connection: ClientConnection, kind: str, data: Frame) -> Any:
        number = next(self._ids)
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        try:
            await connection.send(json.dumps({"id": number, "type": kind, "data": data}))
            async with asyncio.timeout(ANSWER_WITHIN):
                return await answer
        except (TimeoutError, ConnectionClosed) as lost:
            raise Lost(kind) from lost
        finally:
            self._waiting.pop(number, None)

    def _receive(self, frame: Frame) -> None:
        if "re" not in frame:
            self._heard(frame)
            return
        answer = self._waiting.get(frame["re"])
        if answer is None or answer.done():
            return
        if frame["type"] == "ok":
            answer.set_result(frame["data"])
        else:
            answer.set_exception(Refused(frame["error"]))

    def _lose(self) -> None:
        self._connection = None
        self.is_open.clear()
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(Lost("the connection was lost"))


@asynccontextmanager
async def talking(
    person: Person, *, heard: Callable[[Frame], None] = lambda _: None
) -> AsyncIterator[Socket]:
    """A socket that is open when the block begins, and gone after it."""
    sock = Socket(person, heard=heard)
    running = asyncio.create_task(sock.run())
    try:
        await sock.is_open.wait()
        yield sock
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def open_socket(gateway: str, **options: Any) -> connect:
    """A connection to `/ws`, to be used with `async with`."""
    return connect(
        gateway.replace("http", "ws", 1) + "/ws",
        subprotocols=[Subprotocol("convo.v1")],
        origin=Origin("http://localhost"),
        compression=None,
        open_timeout=5,
        close_timeout=1,
        # The heartbeat of the protocol is what a browser has.
        ping_interval=None,
        proxy=None,
        **options,
    )


async def stall(person: Person, room: str) -> None:
    """Follow a room and then read nothing any more, for as long as the server bears it.

    Begins again each time it is let go, until cancelled.
    """
    while True:
        with suppress(*_AWAY):
            await _stall_once(person, room)
        await asyncio.sleep(person.chance.uniform(0.3, 1))


async def _stall_once(person: Person, room: str) -> None:
    gateway = person.gateway()
    # So that the kernel takes little off the server's hands.
    narrow = socket.socket()
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    narrow.setblocking(False)
    host, port = gateway.removeprefix("http://").split(":")
    await asyncio.get_running_loop().sock_connect(narrow, (host, int(port)))
    async with open_socket(gateway, sock=narrow) as connection:
        for kind, data in (("connect", {"token": person.token}), ("followRoom", {"roomId": room})):
            await connection.send(json.dumps({"id": 1, "type": kind, "data": data}))
            await connection.recv()
        connection.transport.pause_reading()
        await connection.wait_closed()
