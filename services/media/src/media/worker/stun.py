"""ICE-lite's half of STUN: checks binding requests and answers them (RFC 8445, RFC 8489)."""

import struct
from dataclasses import dataclass

from aioice import stun

MOST_ATTRIBUTES = 16
"""Attributes of a datagram that are looked at; browsers send about eight."""
_attribute = struct.Struct("!HH").unpack_from
_HEADER = 20
_USERNAME = 0x0006


def ufrag_of(datagram: memoryview, length: int) -> str:
    """Whom a datagram is for, as it says itself; empty for what is no STUN.

    It costs a fiftieth of `read`: what is for nobody here is not worth more.
    """
    at = _HEADER
    for _ in range(MOST_ATTRIBUTES):
        if at + 4 > length:
            break
        kind, size = _attribute(datagram, at)
        at += 4
        if kind == _USERNAME:
            return bytes(datagram[at : at + size]).partition(b":")[0].decode("ascii", "replace")
        at += size + -size % 4
    return ""


@dataclass(frozen=True, slots=True)
class Request:
    """A binding request, of which nothing but the form has been checked."""

    message: stun.Message

    @property
    def nominates(self) -> bool:
        """Whether the client chose this way (USE-CANDIDATE)."""
        return "USE-CANDIDATE" in self.message.attributes

    def is_by(self, pwd: str) -> bool:
        """Whether whoever sent it knows the password, and nobody changed it on the way."""
        return self.message.check_message_integrity(pwd.encode())


def read(datagram: bytes) -> Request | None:
    """Read a binding request with user name, integrity and fingerprint; None for all else.

    The role attributes are not looked at: a lite agent is always the controlled one, and a
    client that thinks so too would wait for ever for what we never send.
    """
    try:
        message = stun.parse_message(datagram)
    except (ValueError, struct.error):
        return None
    is_request = (message.message_class, message.message_method) == (
        stun.Class.REQUEST,
        stun.Method.BINDING,
    )
    needed = {"USERNAME", "MESSAGE-INTEGRITY", "FINGERPRINT"}
    return Request(message) if is_request and needed <= message.attributes.keys() else None


def answer(request: Request, pwd: str, seen: tuple[str, int]) -> bytes:
    """Say that a request arrived, and from which address."""
    response = stun.Message(
        stun.Method.BINDING,
        stun.Class.RESPONSE,
        transaction_id=request.message.transaction_id,
        attributes={"XOR-MAPPED-ADDRESS": seen},
    )
    response.add_message_integrity(pwd.encode())
    return bytes(response)
