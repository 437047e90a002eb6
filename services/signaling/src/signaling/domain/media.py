"""What a peer does in a call: microphone, camera, screen and hand. Pure.

Several people may share their screens at once; each peer's state records who does.
"""

from dataclasses import replace
from datetime import datetime

from signaling.domain import facts
from signaling.domain.call import Call, Change, Peer, own_peer


def set_media(  # noqa: PLR0913 - a peer has this much that can be on
    call: Call,
    session_id: str,
    *,
    audio: bool | None,
    video: bool | None,
    screen: bool | None,
    at: datetime,
) -> Change:
    """Say what is on; what is not said stays as it is.

    Raises:
        NotInCall: The session has no peer here.
    """
    before = own_peer(call, session_id)
    after = replace(
        before,
        audio=before.audio if audio is None else audio,
        video=before.video if video is None else video,
        screen=before.screen if screen is None else screen,
    )
    return _changed(call, before, after, at)


def raise_hand(call: Call, session_id: str, *, at: datetime) -> Change:
    """Ask for the floor; a hand that is up stays where it is in the queue.

    Raises:
        NotInCall: The session has no peer here.
    """
    before = own_peer(call, session_id)
    return _changed(call, before, replace(before, hand_raised_at=before.hand_raised_at or at), at)


def lower_hand(call: Call, session_id: str, *, at: datetime) -> Change:
    """Ask no longer.

    Raises:
        NotInCall: The session has no peer here.
    """
    before = own_peer(call, session_id)
    return _changed(call, before, replace(before, hand_raised_at=None), at)


def _changed(call: Call, before: Peer, after: Peer, at: datetime) -> Change:
    if after == before:
        return call, []
    call, changed = facts.peer_changed(call, after, at=at)
    return call, [changed]
