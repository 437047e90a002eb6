"""To whom a description or a candidate goes. Pure.

What is in it is between the two ends (W3C WebRTC, RFC 8829): the service never reads it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from common.problems import Conflict, NotFound
from signaling.domain.call import NotInCall


class PeerNotFound(NotFound):
    code = "peer-not-found"


class PeerReconnecting(Conflict):
    code = "peer-reconnecting"
    transient = True
    retry_after = 1


@dataclass(frozen=True, slots=True)
class Address:
    """As much of a peer as it takes to reach it."""

    peer_id: str
    session_id: str
    connection_id: str
    state: Literal["connected", "reconnecting"]


@dataclass(frozen=True, slots=True)
class Directory:
    """How everybody in a call is reached, and the worker that forwards it."""

    peers: tuple[Address, ...] = ()
    worker_id: str | None = None


@dataclass(frozen=True, slots=True)
class Route:
    sender: str
    """Peer id."""
    connection_id: str
    """The receiver's socket."""


def route(addresses: Sequence[Address], *, session_id: str, to: str) -> Route:
    """From the session's own peer to another peer of the same call.

    Raises:
        NotInCall: The session has no peer here.
        PeerNotFound: The call has no peer `to`.
        PeerReconnecting: It has, but nothing reaches it now.
    """
    sender = next((each for each in addresses if each.session_id == session_id), None)
    if sender is None:
        raise NotInCall
    receiver = next((each for each in addresses if each.peer_id == to), None)
    if receiver is None:
        raise PeerNotFound("This peer is not in the call.")
    if receiver.state == "reconnecting":
        raise PeerReconnecting("This peer is reconnecting; please try again.")
    return Route(sender.peer_id, receiver.connection_id)
