"""Who may speak to the worker that forwards a call, and what they may want of it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol

from common.forwarding import Kind, Refused, Want
from common.problems import Conflict, Problem, Unavailable
from signaling.domain.call import NotInCall
from signaling.domain.signal import Directory

TALLEST = 4320
"""Pixels; whoever shows a track at more gets it as for this many."""


class NotForwarded(Conflict):
    code = "not-forwarded"

    def __init__(self, message: str = "This call goes from peer to peer now.") -> None:
        super().__init__(message)


class WorkerAway(Unavailable):
    code = "worker-away"
    retry_after = 1

    def __init__(self, message: str = "The media server is away; please try again.") -> None:
        super().__init__(message)


class BadDescription(Problem):
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "bad-description"


class NotOffered(Conflict):
    """The answer is to an offer that another one has replaced."""

    code = "not-offered"


@dataclass(frozen=True, slots=True)
class Seat:
    """A peer's place at the worker of its call."""

    worker_id: str
    peer_id: str
    connection_id: str


class Wish(Protocol):
    """What a client says of one track that it wants."""

    @property
    def peer_id(self) -> str: ...
    @property
    def kind(self) -> Kind: ...
    @property
    def height(self) -> int | None: ...


def seat(directory: Directory, *, session_id: str, connection_id: str) -> Seat:
    """The place of the session's own peer, for the socket through which it is reached.

    Another socket of the session is a tab that was taken over from: it speaks for nobody.

    Raises:
        NotInCall: There is no such peer.
        NotForwarded: The call is a mesh.
    """
    own = next((each for each in directory.peers if each.session_id == session_id), None)
    if own is None or own.connection_id != connection_id:
        raise NotInCall
    if directory.worker_id is None:
        raise NotForwarded
    return Seat(directory.worker_id, own.peer_id, connection_id)


def wants(directory: Directory, own: Seat, wishes: Sequence[Wish]) -> list[Want]:
    """What is asked of the worker: tracks of others in this call, each once, as said last."""
    others = {each.peer_id for each in directory.peers} - {own.peer_id}
    wanted = {
        (each.peer_id, each.kind): Want(
            peer_id=each.peer_id,
            kind=each.kind,
            height=None if each.height is None else min(each.height, TALLEST),
        )
        for each in wishes
        if each.peer_id in others
    }
    return list(wanted.values())


def refusal(refused: Refused) -> Problem:
    """What a client hears of a worker's refusal."""
    if refused.code == NotOffered.code:
        return NotOffered(refused.message)
    return BadDescription(refused.message)
