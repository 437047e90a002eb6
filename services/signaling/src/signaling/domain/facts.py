"""The steps a call can take: each moves it by exactly one fact."""

from dataclasses import replace
from datetime import datetime

from common.events import (
    CallEnded,
    CallStarted,
    PeerChanged,
    PeerJoined,
    PeerLeft,
    PeerState,
    TopologyChanged,
)
from signaling.domain import partings
from signaling.domain.call import Call, Meeting, Peer, Topology


def meeting_of(call: Call) -> Meeting:
    assert call.meeting is not None, "a call with peers has a meeting"
    return call.meeting


def call_started(call: Call, meeting_id: str, *, by: str, at: datetime) -> tuple[Call, CallStarted]:
    seq = call.version + 1
    fact = CallStarted(
        occurred_at=at, room_id=call.id, seq=seq, meeting_id=meeting_id, started_by=by
    )
    # A version of this service that knew no workers may have ended the meeting before.
    return replace(_mesh(call, at), meeting=Meeting(meeting_id, at, ()), version=seq), fact


def call_ended(call: Call, *, at: datetime) -> tuple[Call, CallEnded]:
    meeting, seq = meeting_of(call), call.version + 1
    fact = CallEnded(
        occurred_at=at,
        room_id=call.id,
        seq=seq,
        meeting_id=meeting.id,
        started_at=meeting.started_at,
        # Another replica, with another clock, may have started it.
        duration_seconds=max(0.0, (at - meeting.started_at).total_seconds()),
        participants=list(meeting.attended),
    )
    return replace(_mesh(call, at), meeting=None, version=seq), fact


def peer_joined(call: Call, peer: Peer, *, at: datetime) -> tuple[Call, PeerJoined]:
    meeting, seq = meeting_of(call), call.version + 1
    fact = PeerJoined(
        occurred_at=at,
        room_id=call.id,
        seq=seq,
        meeting_id=meeting.id,
        peer=PeerState.model_validate(peer),
    )
    attended = tuple(dict.fromkeys([*meeting.attended, peer.user_id]))
    meeting = replace(meeting, attended=attended)
    return replace(call, meeting=meeting, peers=(*call.peers, peer), version=seq), fact


def peer_changed(call: Call, peer: Peer, *, at: datetime) -> tuple[Call, PeerChanged]:
    """`peer` takes the place of the one with its id."""
    seq = call.version + 1
    fact = PeerChanged(
        occurred_at=at,
        room_id=call.id,
        seq=seq,
        meeting_id=meeting_of(call).id,
        peer=PeerState.model_validate(peer),
    )
    peers = tuple(peer if each.peer_id == peer.peer_id else each for each in call.peers)
    return replace(call, peers=peers, version=seq), fact


def peer_left(call: Call, peer: Peer, *, reason: str, at: datetime) -> tuple[Call, PeerLeft]:
    seq = call.version + 1
    fact = PeerLeft(
        occurred_at=at,
        room_id=call.id,
        seq=seq,
        meeting_id=meeting_of(call).id,
        peer_id=peer.peer_id,
        user_id=peer.user_id,
        reason=reason,
    )
    peers = tuple(each for each in call.peers if each.peer_id != peer.peer_id)
    parted = partings.with_peer(call, peer.peer_id, at=at)
    return replace(call, peers=peers, partings=parted, version=seq), fact


def topology_changed(
    call: Call, topology: Topology, worker_id: str | None, *, at: datetime
) -> tuple[Call, TopologyChanged]:
    seq = call.version + 1
    fact = TopologyChanged(
        occurred_at=at,
        room_id=call.id,
        seq=seq,
        meeting_id=meeting_of(call).id,
        topology=topology,
        worker_id=worker_id,
    )
    return replace(_moved(call, topology, worker_id, at), version=seq), fact


def _mesh(call: Call, at: datetime) -> Call:
    return _moved(call, "mesh", None, at)


def _moved(call: Call, topology: Topology, worker_id: str | None, at: datetime) -> Call:
    parted = partings.with_move(call, worker_id, at=at)
    return replace(call, topology=topology, worker_id=worker_id, partings=parted)
