"""How a program tells that it is ready: in the way of systemd, sd_notify(3)."""

import socket
import struct

_CREDENTIALS = struct.Struct("3i")  # process, user, group: ucred of unix(7)
_LONGEST = 4096


class Word:
    """Where one process says `READY=1`."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self._socket.bind("")  # the kernel chooses an address that needs no file
        self._was_said = False

    @property
    def address(self) -> str:
        """What `NOTIFY_SOCKET` must say."""
        name: bytes = self._socket.getsockname()
        return name.decode().replace("\0", "@", 1)

    def was_said_by(self, pid: int) -> bool:
        """Whether this very process has said it; anybody on the machine can write here."""
        while not self._was_said:
            try:
                text, told, _, _ = self._socket.recvmsg(
                    _LONGEST, socket.CMSG_SPACE(_CREDENTIALS.size)
                )
            except BlockingIOError:
                return False
            [(_, _, sender)] = told
            self._was_said = b"READY=1" in text.split() and _CREDENTIALS.unpack(sender)[0] == pid
        return True

    def close(self) -> None:
        self._socket.close()
