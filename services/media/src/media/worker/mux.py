"""The UDP port of a worker on Linux: whole batches of datagrams per system call."""

import asyncio
import errno
import ipaddress
import socket
from collections.abc import Hashable, Iterator
from contextlib import suppress
from time import monotonic

from media.worker.batch import Batch, Destination, ffi
from media.worker.engine import SOCKET_BUFFER, Engine

READ_AT_ONCE = 64
"""Datagrams read by one system call."""
READS_IN_A_ROW = 4
"""System calls before timers and other tasks get their turn."""
_ADDRESS_BYTES = {socket.AF_INET: 16, socket.AF_INET6: 28}
_ADDRESS = max(_ADDRESS_BYTES.values())
# Linux's numbers, which the standard library does not know.
_RCVBUFFORCE, _SNDBUFFORCE, _IP_PKTINFO = 33, 32, 8
_BUFFERS = ((socket.SO_RCVBUF, _RCVBUFFORCE), (socket.SO_SNDBUF, _SNDBUFFORCE))
_CONTROL = 64
"""Bytes for the control message that says which of the machine's addresses was written to."""
_CONTROL_HEADER = ffi.sizeof("struct cmsghdr")
_CONTROL_BYTES = {socket.AF_INET: _CONTROL_HEADER + 16, socket.AF_INET6: _CONTROL_HEADER + 24}
"""With padding. The number of the interface is the first, or the last, 4 bytes of the rest."""


class _Messages:
    """The system's view of a batch: one `mmsghdr` for each slot."""

    def __init__(self, batch: Batch) -> None:
        self.array = ffi.new("struct mmsghdr[]", batch.size)
        self.headers = [ffi.addressof(self.array[slot], "msg_hdr") for slot in range(batch.size)]
        for slot, header in enumerate(self.headers):
            header.msg_iov = batch.vectors + slot
            header.msg_iovlen = 1


class Mux(Engine):
    """Sends and receives by `sendmmsg` and `recvmmsg`, without a call of asyncio per packet."""

    def __init__(self) -> None:
        super().__init__()
        self._system = ffi.dlopen(None)
        self._socket: socket.socket | None = None
        self._descriptor = -1
        self._sending = _Messages(self.outgoing)
        self._incoming = Batch(READ_AT_ONCE)
        self._receiving = _Messages(self._incoming)
        self._names = ffi.new("unsigned char[]", READ_AT_ONCE * _ADDRESS)
        self._names_read = ffi.buffer(self._names)
        self._controls = ffi.new("unsigned char[]", READ_AT_ONCE * _CONTROL)
        self._controls_read = ffi.buffer(self._controls)
        self._control_bytes = 0
        for slot, header in enumerate(self._receiving.headers):
            header.msg_name = self._names + slot * _ADDRESS
            header.msg_namelen = _ADDRESS
            # Read and decrypted in place: the length is where the system writes it.
            written = ffi.addressof(self._receiving.array[slot], "msg_len")
            self._incoming.lengths[slot] = ffi.cast("int *", written)
        self._rest: Iterator[int] = iter(())

    async def open(self, host: str, port: int) -> None:
        self._family = family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._address_bytes = _ADDRESS_BYTES[family]
        self._socket = bound = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        if family == socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        if host in {"0.0.0.0", "::"}:  # noqa: S104 - compared, not bound
            self._ask_for_own_address(bound)
        for header in self._sending.headers:
            header.msg_namelen = self._address_bytes
            header.msg_controllen = self._control_bytes
        for option, forced in _BUFFERS:
            bound.setsockopt(socket.SOL_SOCKET, option, SOCKET_BUFFER)
            with suppress(PermissionError):
                bound.setsockopt(socket.SOL_SOCKET, forced, SOCKET_BUFFER)
        bound.bind((host, port))
        self.port = bound.getsockname()[1]
        self._descriptor = bound.fileno()
        asyncio.get_running_loop().add_reader(bound, self._readable)

    def _ask_for_own_address(self, bound: socket.socket) -> None:
        """Answer from the address that was written to: on a machine with several, the system
        would choose another, and no client takes an answer from there.
        """
        if self._family == socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
        else:
            bound.setsockopt(socket.IPPROTO_IP, _IP_PKTINFO, 1)
        self._control_bytes = _CONTROL_BYTES[self._family]
        for slot, header in enumerate(self._receiving.headers):
            header.msg_control = self._controls + slot * _CONTROL
            header.msg_controllen = _CONTROL

    def _readable(self) -> None:
        self._deliver_rest()
        incoming, receiving = self._incoming, self._receiving
        for _ in range(READS_IN_A_ROW):
            count = self._system.recvmmsg(
                self._descriptor, receiving.array, incoming.size, 0, ffi.NULL
            )
            if count <= 0:
                return
            self.now = monotonic()
            self.received += count
            self._rest = iter(range(count))
            self._deliver_rest()
            self.flush()
            if self._control_bytes:
                for header in receiving.headers[:count]:
                    header.msg_controllen = _CONTROL
            if count < incoming.size:
                return

    def _deliver_rest(self) -> None:
        """Deliver what was read. A packet that shows a bug takes no other with it: the bug is
        the loop's to report, and the rest comes when the loop is round.
        """
        incoming, names, size = self._incoming, self._names_read, self._address_bytes
        is_whole = False
        try:
            for slot in self._rest:
                at = slot * _ADDRESS
                self._deliver(incoming, slot, names[at : at + size])
            is_whole = True
        finally:
            if not is_whole:
                asyncio.get_running_loop().call_soon(self._deliver_rest)
                self.flush_soon()

    def _send(self, count: int) -> None:
        sending, to = self._sending, self.outgoing.to
        for slot in range(count):
            header = sending.headers[slot]
            header.msg_name, header.msg_control = to[slot]
        done = 0
        while done < count:
            sent = self._system.sendmmsg(self._descriptor, sending.array + done, count - done, 0)
            if sent > 0:
                self.sent += sent
                done += sent
            elif ffi.errno == errno.EAGAIN:
                self.refused += count - done
                return
            else:
                self.refused += 1
                done += 1

    def _destination(self, address: Hashable, slot: int) -> Destination:
        """Memory for the system: where to send, and from which of our addresses."""
        name = ffi.new("unsigned char[]", address)
        if not self._control_bytes:
            return name, ffi.NULL
        at = slot * _CONTROL
        control = bytearray(self._controls_read[at : at + self._control_bytes])
        interface = _CONTROL_HEADER + (16 if self._family == socket.AF_INET6 else 0)
        control[interface : interface + 4] = bytes(4)  # the system knows better which
        return name, ffi.new("unsigned char[]", bytes(control))

    def _spoken(self, address: Hashable) -> tuple[str, int]:
        assert isinstance(address, bytes)
        port = int.from_bytes(address[2:4], "big")
        if len(address) == _ADDRESS_BYTES[socket.AF_INET]:
            return socket.inet_ntop(socket.AF_INET, address[4:8]), port
        ip = ipaddress.IPv6Address(address[8:24])
        return str(ip.ipv4_mapped or ip), port

    def _close(self) -> None:
        if self._socket is not None:
            asyncio.get_running_loop().remove_reader(self._socket)
            self._socket.close()
            self._socket = None
