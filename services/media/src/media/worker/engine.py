"""What both engines do alike: find whom a datagram belongs to, and collect what goes out."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Hashable

from aiortc import RTCCertificate

from media.worker import stun
from media.worker.batch import Batch, Destination
from media.worker.transport import Transport

SENT_AT_ONCE = 256
"""Datagrams collected before they are given to the system."""
SOCKET_BUFFER = 4 << 20
"""Bytes the system may hold in each direction: the only queue there is."""
HANDSHAKES_APART = 0.02
"""Seconds between the beginnings of two DTLS handshakes: each stops the loop for 3 to 7 ms."""


class Engine(ABC):
    """One UDP port for all transports of a worker; everything runs in one event loop."""

    port: int
    """The port it listens on, once `open` returned."""

    def __init__(self) -> None:
        self.outgoing = Batch(SENT_AT_ONCE)
        self.now = 0.0
        """Loop time at which the packets that are being delivered were read."""
        self.received = 0
        """Datagrams read so far."""
        self.sent = 0
        """Datagrams the system took so far."""
        self.refused = 0
        """Datagrams the system did not take: its buffer was full, or no way leads there."""
        self._by_ufrag: dict[str, Transport] = {}
        self._by_address: dict[Hashable, Transport] = {}
        self._next_handshake = 0.0
        self._flushes_soon = False
        self.stopping: set[asyncio.Task[None]] = set()
        """Farewells of closed transports that are still being said."""

    @abstractmethod
    async def open(self, host: str, port: int) -> None:
        """Bind one UDP socket; 0 takes any free port. "::" listens on IPv4 and IPv6."""

    @abstractmethod
    def _send(self, count: int) -> None:
        """Give the first `count` slots of `outgoing` to the system, or drop them."""

    @abstractmethod
    def _destination(self, address: Hashable, slot: int) -> Destination:
        """What `outgoing.to` needs to answer what was read into a slot."""

    @abstractmethod
    def _spoken(self, address: Hashable) -> tuple[str, int]:
        """The address as IP and port; IPv4 as such, also on a socket for both."""

    @abstractmethod
    def _close(self) -> None: ...

    async def close(self) -> None:
        """Close all transports and the port."""
        for transport in set(self._by_ufrag.values()):
            transport.close()
        if self.stopping:
            await asyncio.wait(self.stopping)
        self.flush()
        self._close()

    def transport(self, certificate: RTCCertificate) -> Transport:
        """Make a transport that answers from now on, and starts with `Transport.accept`."""
        return Transport(self, certificate)

    def flush(self) -> None:
        """Send what is collected; the engine itself does after everything it read."""
        count = self.outgoing.used
        if count:
            self.outgoing.used = 0
            self._send(count)

    def flush_soon(self) -> None:
        """Send what is collected when the loop comes round."""
        if not self._flushes_soon:
            self._flushes_soon = True
            asyncio.get_running_loop().call_soon(self._flush_now)

    def _flush_now(self) -> None:
        self._flushes_soon = False
        self.flush()

    def queue(self, datagram: bytes, destination: Destination) -> None:
        """Collect a datagram as it is."""
        outgoing = self.outgoing
        if outgoing.used == outgoing.size:
            self.flush()
        slot = outgoing.used
        outgoing.views[slot][: len(datagram)] = datagram
        outgoing.lengths[slot][0] = len(datagram)
        outgoing.to[slot] = destination
        outgoing.used = slot + 1
        self.flush_soon()

    async def turn(self) -> None:
        """Wait until a handshake may begin."""
        now = asyncio.get_running_loop().time()
        begins = max(now, self._next_handshake)
        self._next_handshake = begins + HANDSHAKES_APART
        await asyncio.sleep(begins - now)

    def knows(self, ufrag: str) -> bool:
        """Whether a transport has this name already."""
        return ufrag in self._by_ufrag

    def name(self, ufrag: str, transport: Transport) -> None:
        """Give requests for `ufrag` to this transport."""
        self._by_ufrag[ufrag] = transport

    def unname(self, ufrag: str) -> None:
        """Answer requests for `ufrag` no more."""
        self._by_ufrag.pop(ufrag, None)

    def take_address(self, address: Hashable, transport: Transport) -> None:
        """Give all that comes from an address to this transport."""
        before = self._by_address.get(address)
        if before is not None and before is not transport:
            before.lose(address)
        self._by_address[address] = transport

    def drop_address(self, address: Hashable) -> None:
        """Take nothing from this address any more."""
        self._by_address.pop(address, None)

    def _deliver(self, batch: Batch, slot: int, address: Hashable) -> None:
        """Sort one datagram by its first byte (RFC 7983); what nobody waits for is dropped."""
        if batch.lengths[slot][0] < 12:
            return
        first = batch.views[slot][0]
        if first > 3:
            transport = self._by_address.get(address)
            if transport is not None:
                transport.take(batch, slot)
        else:
            self._answer(batch, slot, address)

    def _answer(self, batch: Batch, slot: int, address: Hashable) -> None:
        view, length = batch.views[slot], batch.lengths[slot][0]
        ufrag = stun.ufrag_of(view, length)
        transport = self._by_ufrag.get(ufrag)
        if transport is None:
            return
        request = stun.read(bytes(view[:length]))
        pwd = transport.password_of(ufrag)
        if request is None or not request.is_by(pwd):
            return
        to = self._destination(address, slot)
        transport.requested(ufrag, address, to, nominated=request.nominates)
        self.queue(stun.answer(request, pwd, self._spoken(address)), to)
