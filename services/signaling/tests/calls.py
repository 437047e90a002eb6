"""Calls to decide about, and the devices that come into them."""

from datetime import timedelta

from common.testing import NOON
from signaling import domain
from signaling.domain import Call, Newcomer

SECOND = timedelta(seconds=1)


def device(who: str, socket: str = "", **more) -> Newcomer:
    """A person's device: its session is named like the socket it had first."""
    return Newcomer(
        user_id=who.partition("-")[0],
        session_id=who,
        connection_id=socket or f"socket-of-{who}",
        gateway_id="g1",
        display_name=who.title(),
        role="participant",
        **more,
    )


def joined(call: Call, who: Newcomer, *, as_peer: str = "", at=NOON):
    peer_id = as_peer or f"peer-of-{who.session_id}"
    return domain.join(call, who, new_peer_id=peer_id, new_meeting_id=f"m{call.version}", at=at)


def call_of(*names: str) -> Call:
    call = Call("r1")
    for name in names:
        call, _ = joined(call, device(name))
    return call


def kinds(facts) -> list[type]:
    return [type(fact) for fact in facts]
