"""Which way a call's media takes, and when it changes."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.events import CallEnded, CallStarted, PeerJoined, TopologyChanged
from common.testing import NOON
from signaling import domain
from signaling.domain import LINGERS, Call, Fleet, Parting

from .calls import SECOND, call_of, device, joined, kinds

QUIET = Fleet({"w1": 0.5, "w2": 0.1}, silence_counts=True)
"""Two workers, and it is known who is gone."""
NOBODY = Fleet({}, silence_counts=True)
DEAF = Fleet({})
MESH = ("mesh", None)


def way(call: Call) -> tuple[str, str | None]:
    return call.topology, call.worker_id


def a_call(peers: int, setting: str = "auto", worker: str | None = None) -> Call:
    call = replace(call_of(*(f"p{number}" for number in range(peers))), setting=setting)
    return replace(call, topology="sfu" if worker else "mesh", worker_id=worker)


@pytest.mark.parametrize(
    ("call", "fleet", "expected"),
    [
        # auto: two by themselves, three through a worker, and it stays there.
        (a_call(1), QUIET, MESH),
        (a_call(2), QUIET, MESH),
        (a_call(3), QUIET, ("sfu", "w2")),
        (a_call(2, worker="w1"), QUIET, ("sfu", "w1")),
        (a_call(1, worker="w1"), QUIET, ("sfu", "w1")),
        (a_call(3, "a later setting"), QUIET, ("sfu", "w2")),
        # As the room wants it.
        (a_call(1, "sfu"), QUIET, ("sfu", "w2")),
        (a_call(5, "mesh"), QUIET, MESH),
        (a_call(5, "mesh", worker="w1"), QUIET, MESH),
        # Nobody to go to.
        (a_call(3), NOBODY, MESH),
        (a_call(1, "sfu"), NOBODY, MESH),
        (a_call(3), DEAF, MESH),
        # The worker is gone: another one, or none.
        (a_call(3, worker="dead"), QUIET, ("sfu", "w2")),
        (a_call(2, worker="dead"), QUIET, ("sfu", "w2")),
        (a_call(3, worker="dead"), NOBODY, MESH),
        (a_call(3, worker="w1"), Fleet({"w2": 0.9}, frozenset({"w1"})), ("sfu", "w2")),
        (a_call(3, worker="w1"), Fleet({}, frozenset({"w1"})), MESH),
        # Who hears nothing takes nobody for gone.
        (a_call(3, worker="w1"), DEAF, ("sfu", "w1")),
        (a_call(3, worker="w1"), Fleet({"w2": 0.0}), ("sfu", "w1")),
        # The least loaded one, and of equals always the same.
        (a_call(3), Fleet({"w3": 0.2, "w2": 0.2, "w1": 0.9}), ("sfu", "w2")),
        # Nobody is there.
        (Call("r1", setting="sfu"), QUIET, MESH),
    ],
)
def test_where_a_call_goes(call: Call, fleet: Fleet, expected: tuple[str, str | None]) -> None:
    placed, facts = domain.place(call, fleet, at=NOON)

    assert way(placed) == expected
    assert kinds(facts) == ([] if expected == way(call) else [TopologyChanged])
    assert placed.version == call.version + len(facts)
    for fact in facts:
        assert (fact.topology, fact.worker_id) == expected
        assert (fact.seq, fact.meeting_id) == (placed.version, call.meeting.id)
    assert domain.place(placed, fleet, at=NOON) == (placed, []), "once is enough"


def test_a_meeting_that_ends_forgets_its_way_and_the_next_begins_as_a_mesh() -> None:
    call, _ = domain.leave(a_call(1, worker="w1"), "p0", at=NOON)

    assert way(call) == MESH

    call, facts = joined(call, device("ada"))
    call, moved = domain.place(replace(call, setting="sfu"), QUIET, at=NOON)
    assert kinds([*facts, *moved]) == [CallStarted, PeerJoined, TopologyChanged]


def test_a_meeting_that_an_older_version_ended_without_its_worker_begins_as_a_mesh() -> None:
    left_behind = Call("r1", version=7, topology="sfu", worker_id="w1")

    call, _ = joined(left_behind, device("ada"))

    assert way(call) == MESH
    assert call.partings == (Parting("w1", None, NOON + LINGERS),)


def test_what_the_room_wants_is_remembered_with_the_join() -> None:
    call, _ = joined(Call("r1"), device("ada", setting="sfu"))

    assert call.setting == "sfu"


def test_who_leaves_is_forgotten_by_the_worker_at_once() -> None:
    call, _ = domain.leave(a_call(3, worker="w1"), "p1", at=NOON)

    assert call.partings == (Parting("w1", "peer-of-p1", NOON),)


@pytest.mark.parametrize(
    "go",
    [
        lambda call: domain.remove_user(call, "p1", at=NOON),
        lambda call: domain.drop_lost(
            domain.lose_connection(call, "socket-of-p1", at=NOON - 9 * SECOND)[0], at=NOON
        ),
        lambda call: joined(call, device("p1", "another-socket"), as_peer="new"),
    ],
)
def test_however_a_peer_goes_its_worker_is_told(go) -> None:
    call, _ = go(a_call(3, worker="w1"))

    assert call.partings == (Parting("w1", "peer-of-p1", NOON),)


def test_in_a_mesh_there_is_nothing_to_forget() -> None:
    call, _ = domain.end(a_call(3), at=NOON)

    assert call.partings == ()


def test_a_room_that_ends_is_forgotten_peer_by_peer_at_once_and_as_a_whole_later() -> None:
    call, facts = domain.end(a_call(2, worker="w1"), at=NOON)

    assert kinds(facts)[-1] is CallEnded
    assert call.partings == (
        Parting("w1", "peer-of-p0", NOON),
        Parting("w1", "peer-of-p1", NOON),
        Parting("w1", None, NOON + LINGERS),
    )


def test_a_worker_that_was_left_keeps_the_room_until_clients_have_moved() -> None:
    stopped = Fleet({"w2": 0.1}, frozenset({"w1"}))
    call, _ = domain.place(a_call(3, worker="w1"), stopped, at=NOON)

    assert call.partings == (Parting("w1", None, NOON + LINGERS),)

    call, _ = domain.remove_user(call, "p0", at=NOON + SECOND)
    assert set(call.partings[1:]) == {
        Parting("w1", "peer-of-p0", NOON + SECOND),
        Parting("w2", "peer-of-p0", NOON + SECOND),
    }, "who is removed meanwhile is cut off at both"


def test_a_room_that_comes_back_to_a_worker_is_not_forgotten_by_it() -> None:
    call, _ = domain.leave(a_call(1, "sfu", worker="w1"), "p0", at=NOON)
    call, _ = joined(call, device("p0", setting="sfu"), as_peer="p9", at=NOON + SECOND)

    call, _ = domain.place(call, Fleet({"w1": 0.9}), at=NOON + SECOND)

    assert way(call) == ("sfu", "w1")
    assert call.partings == (Parting("w1", "peer-of-p0", NOON),)


def test_nobody_goes_where_the_room_may_be_forgotten_at_this_moment() -> None:
    late = NOON + LINGERS
    call, _ = domain.leave(a_call(1, "sfu", worker="w1"), "p0", at=NOON)
    call, _ = joined(call, device("p0", setting="sfu"), at=late)

    assert way(domain.place(call, Fleet({"w1": 0.1}), at=late)[0]) == MESH
    assert way(domain.place(call, Fleet({"w1": 0.1, "w2": 0.9}), at=late)[0]) == ("sfu", "w2")


WORKERS = st.sampled_from(["w1", "w2", "w3"])
FLEETS = st.builds(
    Fleet,
    st.dictionaries(WORKERS, st.floats(0, 2)),
    st.frozensets(WORKERS),
    silence_counts=st.booleans(),
).map(
    lambda fleet: replace(
        fleet, live={k: v for k, v in fleet.live.items() if k not in fleet.stopped}
    )
)


@given(
    st.lists(st.tuples(FLEETS, st.sampled_from(["auto", "mesh", "sfu"]), st.integers(0, 40))),
    st.integers(1, 4),
)
def test_wherever_a_call_goes_somebody_is_there_and_who_has_it_does_not_forget_it(
    happening, peers: int
) -> None:
    call, at = a_call(peers), NOON
    for fleet, setting, seconds in happening:
        at += timedelta(seconds=seconds)
        before = call
        call, facts = domain.place(replace(call, setting=setting), fleet, at=at)

        assert (call.topology == "sfu") == (call.worker_id is not None)
        assert len(facts) == (way(before) != way(call))
        if facts and call.worker_id is not None:
            assert call.worker_id in fleet.live
        if before.worker_id is not None and not facts:
            assert not fleet.has_lost(before.worker_id)
        rooms = [each.worker_id for each in call.partings]
        assert call.worker_id not in rooms
        assert len(rooms) == len(set(rooms))
