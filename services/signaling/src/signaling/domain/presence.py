"""Who comes into a call, who goes, and whose connection is lost. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from common.events import Event
from signaling.domain import facts
from signaling.domain.call import (
    MOST_PEERS,
    Call,
    CallFull,
    Change,
    GoesOnElsewhere,
    Peer,
    own_peer,
)

GRACE = timedelta(seconds=8)
"""How long a peer without a connection is waited for."""
LEAST_GRACE = timedelta(seconds=2)
"""What is left of it at least when the connection was silent before it was given up."""


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Who asks to be in a call: a verified person, their socket and their devices."""

    user_id: str
    session_id: str
    connection_id: str
    gateway_id: str
    display_name: str
    role: str
    peer_id: str | None = None
    """The peer they say they were; good only if it is one of their own session."""
    audio: bool | None = None
    """Whether the microphone is on; not said: as it was, and off for a new peer."""
    video: bool | None = None
    """Whether the camera is on, likewise."""
    setting: str = "auto"
    """How the room wants its media to flow."""


def join(
    call: Call, who: Newcomer, *, new_peer_id: str, new_meeting_id: str, at: datetime
) -> Change:
    """Be in the call: as the peer this session was, or as a new one.

    A session that does not say which peer it was (a page loaded anew) replaces it, so
    that nobody ever sees one device twice. One that says it was another peer is a tab
    that was cut off while the call was taken over: it takes nothing back.

    Raises:
        CallFull: It has `MOST_PEERS` already.
        GoesOnElsewhere: Another tab of the session is connected to the call.
    """
    call = replace(call, setting=who.setting)
    known = call.peer_of(who.session_id)
    if known is not None and _is_same(known, who):
        return _come_back(call, known, who, at=at)
    if known is not None and who.peer_id is not None and known.state == "connected":
        raise GoesOnElsewhere
    if known is None and len(call.peers) >= MOST_PEERS:
        raise CallFull(f"A call holds at most {MOST_PEERS} peers.")

    told: list[Event] = []
    if call.meeting is None:
        call, started = facts.call_started(call, new_meeting_id, by=who.user_id, at=at)
        told.append(started)
    if known is not None:
        call, left = facts.peer_left(call, known, reason="replaced", at=at)
        told.append(left)
    call, joined = facts.peer_joined(call, _new_peer(who, new_peer_id, at), at=at)
    return call, [*told, joined]


def leave(call: Call, session_id: str, *, at: datetime) -> Change:
    """Go, on purpose.

    Raises:
        NotInCall: The session has no peer here.
    """
    return _part(call, [own_peer(call, session_id)], reason="left", at=at)


def lose_connection(
    call: Call, connection_id: str, *, at: datetime, silent: timedelta = timedelta()
) -> Change:
    """A socket closed: its peer is waited for, unless it has another one by now.

    The time for which it was silent already counts, up to `LEAST_GRACE` before the end.
    """
    since = at - min(silent, GRACE - LEAST_GRACE)
    lost = [p for p in call.peers if p.connection_id == connection_id]
    return _await_again(call, lost, at=at, since=since)


def lose_gateways(call: Call, gateway_ids: Collection[str], *, at: datetime) -> Change:
    """Gateways fell silent: nothing can reach the peers behind them."""
    return _await_again(call, [p for p in call.peers if p.gateway_id in gateway_ids], at=at)


def drop_lost(call: Call, *, at: datetime) -> Change:
    """Peers that were waited for in vain are gone."""
    return _part(call, [p for p in call.peers if is_lost(p, at=at)], reason="lost", at=at)


def is_lost(peer: Peer, *, at: datetime) -> bool:
    return peer.reconnecting_since is not None and at - peer.reconnecting_since >= GRACE


def remove_user(call: Call, user_id: str, *, at: datetime) -> Change:
    """The person may no longer take part: every device of theirs goes."""
    return _part(call, [p for p in call.peers if p.user_id == user_id], reason="removed", at=at)


def end(call: Call, *, at: datetime) -> Change:
    """The room ended, and with it the call for everybody."""
    return _part(call, call.peers, reason="room-closed", at=at)


def _is_same(known: Peer, who: Newcomer) -> bool:
    if known.connection_id == who.connection_id:
        return True
    return who.peer_id is not None and who.peer_id in {known.peer_id, known.formerly}


def _come_back(call: Call, known: Peer, who: Newcomer, *, at: datetime) -> Change:
    back = replace(
        known,
        connection_id=who.connection_id,
        gateway_id=who.gateway_id,
        display_name=who.display_name,
        role=who.role,
        state="connected",
        reconnecting_since=None,
        audio=known.audio if who.audio is None else who.audio,
        video=known.video if who.video is None else who.video,
    )
    if back == known:
        return call, []
    # A new socket is told even when the others can see no difference: without a fact the
    # version stands still, and a change decided before could bring the old socket back.
    call, changed = facts.peer_changed(call, back, at=at)
    return call, [changed]


def _new_peer(who: Newcomer, peer_id: str, at: datetime) -> Peer:
    return Peer(
        peer_id=peer_id,
        user_id=who.user_id,
        session_id=who.session_id,
        connection_id=who.connection_id,
        gateway_id=who.gateway_id,
        display_name=who.display_name,
        role=who.role,
        joined_at=at,
        audio=bool(who.audio),
        video=bool(who.video),
        formerly=who.peer_id,
    )


def _await_again(
    call: Call, peers: Sequence[Peer], *, at: datetime, since: datetime | None = None
) -> Change:
    told: list[Event] = []
    for peer in peers:
        if peer.state == "connected":
            waited_for = replace(peer, state="reconnecting", reconnecting_since=since or at)
            call, changed = facts.peer_changed(call, waited_for, at=at)
            told.append(changed)
    return call, told


def _part(call: Call, leaving: Sequence[Peer], *, reason: str, at: datetime) -> Change:
    told: list[Event] = []
    for peer in leaving:
        call, left = facts.peer_left(call, peer, reason=reason, at=at)
        told.append(left)
    if told and not call.peers:
        call, ended = facts.call_ended(call, at=at)
        told.append(ended)
    return call, told
