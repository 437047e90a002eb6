"""Ports on the loopback interface: free ones, taken ones and who has them."""

import socket
from contextlib import ExitStack

import psutil

from stack.trouble import Trouble


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
    """Find `count` free ports in a row and return the first."""
    while True:
        [first] = free_ports(1)
        if first + count < 65536 and not any(is_taken(first + n) for n in range(1, count)):
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
    if not is_taken(port, udp=udp):
        return
    who = holder(port)
    raise Trouble(
        f"Port {port}, which {wanted_by} needs, is in use{f' by {who}' if who else ''}.",
        remedy=f"Stop that program, or choose another port with {setting}=<port>.",
    )
