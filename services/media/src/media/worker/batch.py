"""Memory for many datagrams, filled and read without an object per packet."""

import sys

import cffi

ffi = cffi.FFI()
ffi.cdef(
    """
    struct iovec { void *iov_base; size_t iov_len; };
    struct msghdr {
        void *msg_name; unsigned int msg_namelen;
        struct iovec *msg_iov; size_t msg_iovlen;
        void *msg_control; size_t msg_controllen;
        int msg_flags;
    };
    struct mmsghdr { struct msghdr msg_hdr; unsigned int msg_len; };
    struct cmsghdr { size_t cmsg_len; int cmsg_level; int cmsg_type; };
    int recvmmsg(int, struct mmsghdr *, unsigned int, int, void *);
    int sendmmsg(int, struct mmsghdr *, unsigned int, int);
    """
)

Destination = tuple[object, ...]
"""Where a datagram goes, as the engine that sends it needs it."""
ROOM = 2048
"""Bytes of one slot: more than any datagram of a call has, its SRTP trailer included."""
_LOW_HALF = 0 if sys.byteorder == "little" else 4


class Batch:
    """A fixed number of slots, each with memory for a datagram, its length and its destination.

    `views[n]`, `pointers[n]` and `lengths[n]` are slot n's memory for Python, its memory for
    libraries in C, and a pointer to its length in bytes that these may change.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self.used = 0
        """Slots filled so far; the next packet goes to this one."""
        self.memory = ffi.new("unsigned char[]", size * ROOM)
        self.vectors = ffi.new("struct iovec[]", size)
        whole = memoryview(ffi.buffer(self.memory))
        self.views = [whole[slot * ROOM : (slot + 1) * ROOM] for slot in range(size)]
        self.pointers = [self.memory + slot * ROOM for slot in range(size)]
        self.lengths = []
        self.to: list[Destination] = [()] * size
        """Where each slot's datagram goes."""
        for slot, pointer in enumerate(self.pointers):
            vector = self.vectors[slot]
            vector.iov_base = pointer
            vector.iov_len = ROOM
            # libsrtp wants an int where the system has a size_t: the lower half of it.
            length = ffi.cast("char *", ffi.addressof(vector, "iov_len")) + _LOW_HALF
            self.lengths.append(ffi.cast("int *", length))
