"""Ports on the loopback interface: free ones, taken ones and who has them."""

import errno
import socket
from contextlib import ExitStack

import psutil

from stack.trouble import Trouble

_BACKLOG = 2048
"""Connections that wait for a program while it is replaced; Linux may allow fewer."""


def free_ports(count: int) -> list[int]:
    """Ask the kernel for `count` different ports that nobody listens on.

    Nothing reserves them afterwards, so use them at once.
    """
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def free_range(count: int) -> int:
    """Find `count` ports in a row that are free for TCP and UDP, and return the first."""
    while True:
        [first] = free_ports(1)
        row = range(first, first + count)
        if row.stop <= 65536 and not any(is_taken(n) or is_taken(n, udp=True) for n in row):
            return first


def is_taken(port: int, *, udp: bool = False) -> bool:
    """Whether somebody listens on `port`.

    Raises:
        Trouble: We may not listen there at all.
    """
    kind = socket.SOCK_DGRAM if udp else socket.SOCK_STREAM
    with socket.socket(socket.AF_INET, kind) as probe:
        # A port in TIME_WAIT may be bound by a server, so it is not taken.
        if not udp:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise Trouble(
                f"Port {port} is below 1024, where only root may listen.",
                remedy="Choose a higher port and put a proxy in front.",
            ) from None
        except OSError:
            return True
    return False


def holder(port: int) -> str | None:
    """Name the program and pid that has `port`, when the kernel lets us see it."""
    try:
        connections = psutil.net_connections("inet")
    except psutil.AccessDenied:
        return None
    for each in connections:
        bound = each.laddr and each.laddr.port == port
        waiting = each.status in {psutil.CONN_LISTEN, psutil.CONN_NONE}
        if bound and waiting and each.pid:
            try:
                return f"{psutil.Process(each.pid).name()}, pid {each.pid}"
            except psutil.Error:
                return f"pid {each.pid}"
    return None


def check(port: int, *, setting: str, wanted_by: str, udp: bool = False) -> None:
    """Refuse to start on a port somebody else has.

    Raises:
        Trouble: The port is taken; says by whom and which setting moves us.
    """
    if is_taken(port, udp=udp):
        raise _taken(port, setting=setting, wanted_by=wanted_by)


def listen(host: str, port: int, *, setting: str, wanted_by: str) -> socket.socket:
    """Listen on `port`; connections wait until somebody takes them.

    Raises:
        Trouble: The port is taken, or `host` is no address of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise _taken(port, setting=setting, wanted_by=wanted_by) from None
        raise Trouble(
            f"{wanted_by} cannot listen on {host}, port {port}: {error.strerror}.",
            remedy=f"Choose another address with CONVO_HOST, or another port with {setting}.",
        ) from None


def _taken(port: int, *, setting: str, wanted_by: str) -> Trouble:
    who = holder(port)
    return Trouble(
        f"Port {port}, which {wanted_by} needs, is in use{f' by {who}' if who else ''}.",
        remedy=f"Stop that program, or choose another port with {setting}=<port>.",
    )
