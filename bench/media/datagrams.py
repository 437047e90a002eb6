"""Many datagrams in one system call; each that came with the kernel's own time of arrival."""

import socket
from typing import Final

from cffi import FFI

SIZE: Final = 2048
"""Bytes kept for a datagram."""

_SO_TIMESTAMPNS: Final = 35
_MSG_DONTWAIT: Final = 0x40
_CONTROL: Final = 64
"""Bytes of ancillary data; a time of arrival takes 32."""

ffi = FFI()
ffi.cdef("""
    struct iovec { void *iov_base; size_t iov_len; };
    struct msghdr {
        void *msg_name; uint32_t msg_namelen;
        struct iovec *msg_iov; size_t msg_iovlen;
        void *msg_control; size_t msg_controllen;
        int msg_flags;
    };
    struct mmsghdr { struct msghdr msg_hdr; unsigned int msg_len; };
    struct arrival { size_t length; int level; int type; int64_t seconds; int64_t nanoseconds; };
    int sendmmsg(int fd, struct mmsghdr *messages, unsigned int count, int flags);
    int recvmmsg(int fd, struct mmsghdr *messages, unsigned int count, int flags, void *timeout);
""")
_libc = ffi.dlopen(None)


class Batch:
    """Room for `count` datagrams of one connected socket, to send or to receive."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.start = ffi.new("unsigned char[]", count * SIZE)
        self.bytes = memoryview(ffi.buffer(self.start))
        """All of them; number n begins at `n * SIZE`."""
        self._parts = ffi.new("struct iovec[]", count)
        self._control = ffi.new("unsigned char[]", count * _CONTROL)
        self._messages = ffi.new("struct mmsghdr[]", count)
        for n in range(count):
            self._parts[n].iov_base = self.start + n * SIZE
            self._parts[n].iov_len = SIZE
            head = self._messages[n].msg_hdr
            head.msg_iov = self._parts + n
            head.msg_iovlen = 1
        self.headers = [self._messages[n].msg_hdr for n in range(count)]
        self.messages = [self._messages[n] for n in range(count)]
        """`msg_len` of each is how long what came is."""
        self.arrivals = [
            ffi.cast("struct arrival *", self._control + n * _CONTROL) for n in range(count)
        ]
        """When each came, by the clock that `time.time_ns` shows."""

    def stamp(self) -> None:
        """Ask for the times of arrival too; of no use when sending."""
        for n, head in enumerate(self.headers):
            head.msg_control = self._control + n * _CONTROL
            head.msg_controllen = _CONTROL

    def send(self, descriptor: int, lengths: list[int]) -> int:
        """Send the first of them; returns how many the kernel took."""
        for n, length in enumerate(lengths):
            self._parts[n].iov_len = length
        taken: int = _libc.sendmmsg(descriptor, self._messages, len(lengths), 0)
        return max(taken, 0)

    def receive(self, descriptor: int) -> int:
        """Take what has come without waiting; returns how many."""
        taken: int = _libc.recvmmsg(descriptor, self._messages, self.count, _MSG_DONTWAIT, ffi.NULL)
        for n in range(taken):
            self.headers[n].msg_controllen = _CONTROL
        return max(taken, 0)


def stamped(sock: socket.socket, *, buffer: int) -> None:
    """Let the kernel note when each datagram came; keep so many bytes until they are read."""
    sock.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
