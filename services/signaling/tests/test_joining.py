"""Who comes in, who comes back, and whose place they take."""

import pytest

from common.events import CallStarted, PeerChanged, PeerJoined, PeerLeft
from common.testing import NOON
from signaling import domain
from signaling.domain import Call

from .calls import SECOND, call_of, device, joined, kinds


def test_the_first_peer_starts_the_call() -> None:
    call, facts = joined(Call("r1"), device("ada", audio=True))

    assert kinds(facts) == [CallStarted, PeerJoined]
    assert [fact.seq for fact in facts] == [1, 2]
    assert facts[0].started_by == "ada"
    assert facts[0].meeting_id == facts[1].meeting_id == call.meeting.id
    assert (facts[1].peer.audio, facts[1].peer.video, facts[1].peer.screen) == (True, False, False)
    assert call.version == 2


def test_nobody_hears_through_which_socket_a_peer_is_reached() -> None:
    _, [_, fact] = joined(Call("r1"), device("ada"))

    assert not {"sessionId", "connectionId", "gatewayId"} & set(fact.peer.model_dump())


def test_the_second_peer_joins_the_same_meeting() -> None:
    call, facts = joined(call_of("ada"), device("bob"))

    assert kinds(facts) == [PeerJoined]
    assert call.meeting.attended == ("ada", "bob")
    assert [peer.user_id for peer in call.peers] == ["ada", "bob"]


def test_two_devices_of_one_person_are_two_peers_and_one_attendant() -> None:
    call = call_of("ada-laptop", "ada-phone")

    assert len(call.peers) == 2
    assert call.meeting.attended == ("ada",)


def test_a_call_has_room_for_so_many_and_for_those_who_come_back(monkeypatch) -> None:
    monkeypatch.setattr("signaling.domain.presence.MOST_PEERS", 2)
    full = call_of("ada", "bob")

    with pytest.raises(domain.CallFull):
        joined(full, device("eve"))
    assert len(joined(full, device("bob", "other"), as_peer="new")[0].peers) == 2


def test_the_same_frame_again_changes_nothing() -> None:
    call = call_of("ada", "bob")

    assert joined(call, device("bob")) == (call, [])


def test_a_session_that_comes_back_is_the_same_peer_and_nobody_sees_it_leave() -> None:
    call, _ = domain.raise_hand(call_of("ada", "bob"), "bob", at=NOON)
    call, _ = domain.lose_connection(call, "socket-of-bob", at=NOON)

    call, facts = joined(call, device("bob", "new-socket", peer_id="peer-of-bob"), at=NOON + SECOND)

    assert kinds(facts) == [PeerChanged]
    bob = call.peer_of("bob")
    assert (bob.peer_id, bob.state, bob.reconnecting_since) == ("peer-of-bob", "connected", None)
    assert bob.connection_id == "new-socket"
    assert bob.hand_raised_at == NOON
    assert bob.joined_at == NOON


def test_a_new_socket_before_the_old_one_is_known_to_be_closed_keeps_the_peer() -> None:
    call, _ = joined(call_of("ada"), device("ada", "new-socket", peer_id="peer-of-ada"))

    after, facts = domain.lose_connection(call, "socket-of-ada", at=NOON)

    assert facts == []
    assert after.peer_of("ada").connection_id == "new-socket"


def test_a_new_socket_moves_the_version_so_that_no_older_decision_brings_the_old_one_back() -> None:
    before = call_of("ada")
    after, facts = joined(before, device("ada", "new-socket", peer_id="peer-of-ada"))

    assert after.version == before.version + 1
    assert kinds(facts) == [PeerChanged]


def test_coming_back_on_the_same_socket_may_switch_devices_on() -> None:
    call, [fact] = joined(call_of("ada"), device("ada", video=True))

    assert (fact.peer.audio, fact.peer.video) == (False, True)
    assert len(call.peers) == 1


@pytest.mark.parametrize("lost", [False, True])
def test_a_page_loaded_anew_replaces_the_peer_of_its_session(lost: bool) -> None:
    call = call_of("ada", "bob")
    if lost:
        call, _ = domain.lose_connection(call, "socket-of-bob", at=NOON)

    call, facts = joined(call, device("bob", "new-socket"), as_peer="p2")

    assert kinds(facts) == [PeerLeft, PeerJoined]
    assert (facts[0].peer_id, facts[0].reason) == ("peer-of-bob", "replaced")
    assert [peer.peer_id for peer in call.peers] == ["peer-of-ada", "p2"]


def test_replacing_the_only_peer_does_not_end_the_call() -> None:
    before = call_of("ada")
    call, facts = joined(before, device("ada", "new-socket"), as_peer="p2")

    assert kinds(facts) == [PeerLeft, PeerJoined]
    assert call.meeting == before.meeting


def test_a_tab_that_was_cut_off_takes_nothing_back_from_the_one_that_took_over() -> None:
    call, _ = domain.lose_connection(call_of("ada", "bob"), "socket-of-bob", at=NOON)
    call, _ = joined(call, device("bob", "second-tab"), as_peer="p2")

    with pytest.raises(domain.GoesOnElsewhere):
        joined(call, device("bob", "first-tab-again", peer_id="peer-of-bob"))


def test_a_tab_that_was_cut_off_comes_in_when_the_other_one_is_gone_or_cut_off_too() -> None:
    call, _ = joined(call_of("ada", "bob"), device("bob", "second-tab"), as_peer="p2")
    first = device("bob", "first-tab-again", peer_id="peer-of-bob")

    cut_off, _ = domain.lose_connection(call, "second-tab", at=NOON)
    gone, _ = domain.leave(call, "bob", at=NOON)

    assert kinds(joined(cut_off, first, as_peer="p3")[1]) == [PeerLeft, PeerJoined]
    assert kinds(joined(gone, first, as_peer="p3")[1]) == [PeerJoined]


def test_who_was_given_up_and_whose_answer_was_lost_is_the_peer_it_became() -> None:
    call, _ = domain.lose_connection(call_of("ada", "bob"), "socket-of-bob", at=NOON)
    call, _ = domain.drop_lost(call, at=NOON + domain.GRACE)
    call, _ = joined(call, device("bob", "second-socket", peer_id="peer-of-bob"), as_peer="p2")

    call, facts = joined(call, device("bob", "third-socket", peer_id="peer-of-bob"), as_peer="p3")

    assert kinds(facts) == [PeerChanged]
    assert call.peer_of("bob").peer_id == "p2"


def test_a_peer_id_of_somebody_else_makes_nobody_that_peer() -> None:
    call, facts = joined(call_of("ada"), device("eve", peer_id="peer-of-ada"))

    assert kinds(facts) == [PeerJoined]
    assert call.peer_of("ada").connection_id == "socket-of-ada"
    assert call.peer_of("eve").peer_id == "peer-of-eve"


def test_even_another_session_of_the_same_person_does_not_take_over_a_peer() -> None:
    call, facts = joined(call_of("ada-laptop"), device("ada-phone", peer_id="peer-of-ada-laptop"))

    assert kinds(facts) == [PeerJoined]
    assert len(call.peers) == 2
