"""A program that runs Autobahn's cases against a server, and prints a line of JSON for each.

Usage: `fuzzer.py <folder of prepare()> <ws://…> <prefix of case numbers> …`
"""

import asyncio
import binascii
import importlib
import json
import sys
from collections import Counter
from typing import Any
from urllib.parse import urlsplit

sys.path.insert(0, sys.argv[1])

from autobahn.asyncio.websocket import WebSocketClientFactory, WebSocketClientProtocol
from autobahn.websocket import utf8validator

AT_ONCE = 8
LONGEST = 120.0
"""Seconds for one case."""
PATIENCE = 20.0
"""Seconds the other side has to answer a close; Autobahn's own one second is about the
machine, not about the standard."""


def octets(given: Any) -> Any:
    """The cases hold bytes in strings, as Python 2 did."""
    return given.encode("latin-1") if isinstance(given, str) else given


class Fuzzer(WebSocketClientProtocol):
    """What a case calls `self.p`."""

    case: Any
    over: asyncio.Future[None]
    connectionWasOpen = False
    createWirelog = False

    def __init__(self) -> None:
        super().__init__()
        self.txFrameStats: Counter[int] = Counter()

    def enableWirelog(self, _: object) -> None:
        pass

    def onOpen(self) -> None:
        self.connectionWasOpen = True
        self.case.onOpen()

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        self.case.onMessage(payload.decode("latin-1"), isBinary)

    def onPong(self, payload: bytes) -> None:
        self.case.onPong(payload.decode("latin-1"))

    def onClose(self, wasClean: bool, code: int | None, reason: str | None) -> None:
        self.case.onClose(wasClean, code, reason)

    def _connectionLost(self, reason: Any) -> None:
        super()._connectionLost(reason)
        try:
            self.case.onConnectionLost(self.failedByMe)
        finally:
            self.over.set_result(None)

    def sendFrame(self, opcode: int, payload: Any = b"", **more: Any) -> None:
        self.txFrameStats[opcode] += 1
        super().sendFrame(opcode, octets(payload), **more)

    def sendMessage(self, payload: Any, *args: Any, **more: Any) -> None:
        super().sendMessage(octets(payload), *args, **more)

    def sendMessageFrameData(self, payload: Any, *args: Any, **more: Any) -> Any:
        return super().sendMessageFrameData(octets(payload), *args, **more)

    def sendCloseFrame(
        self, code: int | None = None, reasonUtf8: Any = None, isReply: bool = False
    ) -> None:
        super().sendCloseFrame(code, octets(reasonUtf8), isReply)

    def continueLater(self, delay: float, work: Any, _: object = None) -> None:
        self._later(delay, work)

    def killAfter(self, delay: float) -> None:
        self._later(delay * PATIENCE, lambda: self._fail_connection(1001, "Going Away"))

    def closeAfter(self, delay: float) -> None:
        self._later(delay, self.sendClose)

    def _later(self, delay: float, work: Any) -> None:
        asyncio.get_running_loop().call_later(
            delay, lambda: self.state != self.STATE_CLOSED and work()
        )


async def ran(kind: type, number: str, url: str) -> dict[str, str]:
    """One case, from its connection to its end."""
    address = urlsplit(url)
    loop = asyncio.get_running_loop()
    over = loop.create_future()

    def protocol() -> Fuzzer:
        fuzzer = Fuzzer()
        fuzzer.factory, fuzzer.over = factory, over
        fuzzer.case = kind(fuzzer)
        return fuzzer

    factory = WebSocketClientFactory(url)
    factory.setProtocolOptions(
        failByDrop=False,
        closeHandshakeTimeout=PATIENCE,
        serverConnectionDropTimeout=PATIENCE,
    )
    _, fuzzer = await loop.create_connection(protocol, address.hostname, address.port)
    async with asyncio.timeout(LONGEST):
        await over
    case = fuzzer.case
    return {
        "case": number,
        "behavior": case.behavior,
        "result": case.result,
        "close": case.behaviorClose,
        "closeResult": case.resultClose,
    }


async def main(url: str, prefixes: list[str]) -> None:
    at_once = asyncio.Semaphore(AT_ONCE)

    async def run(kind: type, number: str) -> None:
        async with at_once:
            print(json.dumps(await ran(kind, number, url)), flush=True)

    async with asyncio.TaskGroup() as all_cases:
        for kind in cases():
            number = kind.__name__.removeprefix("Case").replace("_", ".")
            if any(f"{number}.".startswith(f"{prefix}.") for prefix in prefixes):
                all_cases.create_task(run(kind, number))


def cases() -> list[type]:
    hexed, validator = binascii.b2a_hex, utf8validator.Utf8Validator
    binascii.b2a_hex = lambda given: hexed(octets(given)).decode()

    class Validator(validator):
        def validate(self, given: Any) -> Any:
            return super().validate(octets(given))

    utf8validator.Utf8Validator = Validator
    return importlib.import_module("autobahntestsuite.case").Cases


if __name__ == "__main__":
    asyncio.run(main(sys.argv[2], sys.argv[3:]))
