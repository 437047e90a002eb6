from dataclasses import replace

import pytest

from common.events import CallEnded, PeerLeft
from common.testing import NOON
from signaling import domain
from signaling.domain import Call

from .calls import SECOND, call_of, device, joined, kinds


def test_the_last_to_leave_ends_the_call_and_the_next_one_begins_another() -> None:
    call, facts = domain.leave(call_of("ada", "bob"), "ada", at=NOON + SECOND)
    assert kinds(facts) == [PeerLeft]

    call, facts = domain.leave(call, "bob", at=NOON + 3 * SECOND)
    assert kinds(facts) == [PeerLeft, CallEnded]
    assert facts[0].reason == "left"
    assert facts[1].participants == ["ada", "bob"]
    assert facts[1].duration_seconds == 3
    assert facts[1].started_at == NOON
    assert (call.meeting, call.peers) == (None, ())

    again, [started, _] = joined(call, device("ada"))
    assert started.seq == facts[1].seq + 1
    assert started.meeting_id != facts[1].meeting_id
    assert again.meeting.attended == ("ada",)


def test_a_call_that_a_slower_clock_ends_has_no_negative_length() -> None:
    _, facts = domain.leave(call_of("ada"), "ada", at=NOON - SECOND)

    assert facts[-1].duration_seconds == 0


@pytest.mark.parametrize(
    "command",
    [
        lambda call: domain.leave(call, "eve", at=NOON),
        lambda call: domain.raise_hand(call, "eve", at=NOON),
        lambda call: domain.lower_hand(call, "eve", at=NOON),
        lambda call: domain.set_media(call, "eve", audio=True, video=None, screen=None, at=NOON),
    ],
)
@pytest.mark.parametrize("call", [Call("r1"), call_of("ada")], ids=["empty", "others"])
def test_who_is_not_in_the_call_can_do_nothing_in_it(command, call: Call) -> None:
    with pytest.raises(domain.NotInCall):
        command(call)


def test_what_is_not_said_about_media_stays() -> None:
    call, _ = joined(Call("r1"), device("ada", audio=True))

    call, [fact] = domain.set_media(
        call, "ada", audio=None, video=None, screen=True, at=NOON + SECOND
    )
    assert (fact.peer.audio, fact.peer.video, fact.peer.screen) == (True, False, True)

    call, [fact] = domain.set_media(
        call, "ada", audio=False, video=True, screen=None, at=NOON + SECOND
    )
    assert (fact.peer.audio, fact.peer.video, fact.peer.screen) == (False, True, True)

    same = domain.set_media(call, "ada", audio=False, video=None, screen=True, at=NOON)
    assert same == (call, [])


def test_two_people_may_share_their_screens() -> None:
    call = call_of("ada", "bob")
    for who in ("ada", "bob"):
        call, _ = domain.set_media(call, who, audio=None, video=None, screen=True, at=NOON)

    assert [peer.screen for peer in call.peers] == [True, True]


def test_a_raised_hand_keeps_its_place_until_it_is_lowered() -> None:
    call, [fact] = domain.raise_hand(call_of("ada"), "ada", at=NOON)
    assert fact.peer.hand_raised_at == NOON

    assert domain.raise_hand(call, "ada", at=NOON + SECOND) == (call, [])

    call, [fact] = domain.lower_hand(call, "ada", at=NOON + SECOND)
    assert fact.peer.hand_raised_at is None
    assert domain.lower_hand(call, "ada", at=NOON) == (call, [])


def test_a_lost_socket_is_waited_for_eight_seconds() -> None:
    call, [fact] = domain.lose_connection(call_of("ada", "bob"), "socket-of-bob", at=NOON)
    assert fact.peer.state == "reconnecting"

    assert domain.drop_lost(call, at=NOON + 7.9 * SECOND) == (call, [])

    call, [left] = domain.drop_lost(call, at=NOON + 8 * SECOND)
    assert (left.peer_id, left.reason) == ("peer-of-bob", "lost")
    assert [peer.user_id for peer in call.peers] == ["ada"]


def test_a_socket_told_twice_to_be_closed_gives_no_more_time() -> None:
    call, _ = domain.lose_connection(call_of("ada"), "socket-of-ada", at=NOON)

    assert domain.lose_connection(call, "socket-of-ada", at=NOON + SECOND) == (call, [])


def test_when_everybody_is_lost_the_call_ends() -> None:
    call = call_of("ada", "bob")
    call, _ = domain.lose_gateways(call, ["g1"], at=NOON)

    call, facts = domain.drop_lost(call, at=NOON + 8 * SECOND)

    assert kinds(facts) == [PeerLeft, PeerLeft, CallEnded]
    assert [fact.seq for fact in facts] == [call.version - 2, call.version - 1, call.version]


def test_only_peers_behind_a_silent_gateway_are_waited_for() -> None:
    call, _ = joined(call_of("ada"), replace(device("bob"), gateway_id="g2"))

    call, [fact] = domain.lose_gateways(call, ["g2"], at=NOON)

    assert fact.peer.user_id == "bob"
    assert domain.lose_gateways(call, ["g2"], at=NOON + SECOND) == (call, [])


def test_who_is_removed_goes_with_every_device() -> None:
    call, facts = domain.remove_user(call_of("bob", "ada-1", "ada-2"), "ada", at=NOON)

    assert [(fact.user_id, fact.reason) for fact in facts] == [("ada", "removed")] * 2
    assert [peer.user_id for peer in call.peers] == ["bob"]
    assert domain.remove_user(call, "ada", at=NOON) == (call, [])


def test_a_room_that_ends_takes_everybody_out_first() -> None:
    call, facts = domain.end(call_of("ada", "bob"), at=NOON)

    assert kinds(facts) == [PeerLeft, PeerLeft, CallEnded]
    assert {fact.reason for fact in facts[:2]} == {"room-closed"}
    assert domain.end(call, at=NOON) == (call, [])


def test_a_closed_room_takes_no_calls() -> None:
    domain.still_open(is_open=True)
    with pytest.raises(domain.RoomEnded):
        domain.still_open(is_open=False)
