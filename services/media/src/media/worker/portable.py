"""The UDP port of a worker on any system: one call of asyncio per datagram."""

import asyncio
import socket
from collections.abc import Hashable
from time import monotonic

from media.worker.batch import Batch, Destination
from media.worker.engine import SOCKET_BUFFER, Engine

_Address = tuple[str, int] | tuple[str, int, int, int]


class Portable(Engine):
    """The same as `Mux` where the system has no `recvmmsg`, for some more CPU."""

    def __init__(self) -> None:
        super().__init__()
        self._incoming = Batch(1)
        self._endpoint: asyncio.DatagramTransport | None = None
        self._socket: socket.socket | None = None

    async def open(self, host: str, port: int) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = bound = socket.socket(family, socket.SOCK_DGRAM)
        bound.setblocking(False)
        if family == socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            bound.setsockopt(socket.SOL_SOCKET, option, SOCKET_BUFFER)
        bound.bind((host, port))
        self.port = bound.getsockname()[1]
        loop = asyncio.get_running_loop()
        self._endpoint, _ = await loop.create_datagram_endpoint(lambda: _Reading(self), sock=bound)

    def read(self, datagram: bytes, address: Hashable) -> None:
        """Take what the endpoint read."""
        incoming = self._incoming
        length = min(len(datagram), len(incoming.views[0]))
        incoming.views[0][:length] = datagram[:length]
        incoming.lengths[0][0] = length
        self.now = monotonic()
        self.received += 1
        try:
            self._deliver(incoming, 0, address)
        finally:
            self.flush_soon()

    def _send(self, count: int) -> None:
        """Past asyncio, which would queue without bound what the system does not take."""
        bound, outgoing = self._socket, self.outgoing
        for slot in range(count):
            datagram = outgoing.views[slot][: outgoing.lengths[slot][0]]
            try:
                assert bound is not None
                bound.sendto(datagram, outgoing.to[slot])
            except OSError:
                self.refused += 1
            else:
                self.sent += 1

    def _destination(self, address: Hashable, slot: int) -> Destination:  # noqa: ARG002
        assert isinstance(address, tuple)
        return address

    def _spoken(self, address: Hashable) -> tuple[str, int]:
        assert isinstance(address, tuple)
        host, port = str(address[0]), int(address[1])
        return host.removeprefix("::ffff:"), port

    def _close(self) -> None:
        if self._endpoint is not None:
            self._endpoint.close()
            self._endpoint = self._socket = None


class _Reading(asyncio.DatagramProtocol):
    def __init__(self, engine: Portable) -> None:
        self._engine = engine

    def datagram_received(self, data: bytes, addr: _Address) -> None:
        self._engine.read(data, addr)
