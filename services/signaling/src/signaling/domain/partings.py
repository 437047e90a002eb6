"""What a worker has to forget. Pure.

A worker knows nothing of calls: it forgets a peer or a room when it is told. What is to be
told is part of the call, so that it is written with what made it necessary.
"""

from datetime import datetime, timedelta

from signaling.domain.call import Call, Parting

LINGERS = timedelta(seconds=15)
"""How long a worker keeps a room that moved away: clients stay until the new way works."""


def with_peer(call: Call, peer_id: str, *, at: datetime) -> tuple[Parting, ...]:
    """A peer is in the call no more: gone at once from every worker that may have it.

    Peer ids are never used again, so that one told late or twice harms nobody.
    """
    left_behind = {each.worker_id for each in call.partings if each.peer_id is None}
    having = sorted({call.worker_id, *left_behind} - {None}, key=str)
    return (*call.partings, *(Parting(worker, peer_id, at) for worker in having if worker))


def with_move(call: Call, worker_id: str | None, *, at: datetime) -> tuple[Parting, ...]:
    """The call goes to another worker, to none, or its meeting is over.

    The room as a whole is forgotten later, and not by a worker that has it again by then:
    the next meeting in a room often comes to the worker of the last one.
    """
    kept = tuple(
        each
        for each in call.partings
        if each.peer_id is not None or each.worker_id not in {worker_id, call.worker_id}
    )
    if call.worker_id is None or call.worker_id == worker_id:
        return kept
    return (*kept, Parting(call.worker_id, None, at + LINGERS))


def is_closing(call: Call, worker_id: str, *, at: datetime) -> bool:
    """Whether the worker may be told right now to forget this room."""
    return any(
        each.worker_id == worker_id and each.peer_id is None and each.due <= at
        for each in call.partings
    )
