"""What may be shown when, whatever the order in which it comes."""

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from common import events
from common.events.event import RoomEvent
from gateway.realtime.catching_up import PUBLISHERS
from gateway.realtime.order import MOST_AHEAD, Fact, Order, Stream

CHAT: Stream = ("chat", "tea")


def fact(seq: int, stream: Stream = CHAT) -> Fact:
    return Fact(stream, seq, "chatMessage", b"{}")


def shown(order: Order, *seqs: int) -> list[int]:
    return [each.seq for seq in seqs for each in order.take(fact(seq))]


def test_the_first_fact_of_an_unknown_stream_is_shown_whatever_its_number() -> None:
    assert shown(Order(), 7, 8) == [7, 8]


def test_what_comes_again_is_not_shown_again() -> None:
    order = Order()
    order.begin(CHAT, 3)

    assert shown(order, 3, 4, 4, 2, 5) == [4, 5]


def test_what_comes_early_waits_for_what_is_missing() -> None:
    for arrivals in permutations([1, 2, 3, 4]):
        order = Order()
        order.begin(CHAT, 0)

        assert shown(order, *arrivals) == [1, 2, 3, 4]
        assert not order.has_gap(CHAT)


def test_a_gap_is_known_until_it_closes() -> None:
    order = Order()
    order.begin(CHAT, 0)

    assert shown(order, 2) == []
    assert order.has_gap(CHAT)
    assert shown(order, 1) == [1, 2]
    assert not order.has_gap(CHAT)


def test_streams_do_not_touch_each_other() -> None:
    order = Order()
    order.begin(CHAT, 0)
    order.begin(("signaling", "tea"), 0)

    assert shown(order, 2) == []
    assert order.take(fact(1, ("signaling", "tea"))) == [fact(1, ("signaling", "tea"))]


def test_somebody_who_knows_more_takes_nothing_from_those_who_know_less() -> None:
    order = Order()
    order.begin(CHAT, 1)
    order.begin(CHAT, 3)

    assert shown(order, 2, 3) == [2, 3]


def test_what_will_never_come_is_skipped() -> None:
    order = Order()
    order.begin(CHAT, 0)
    assert shown(order, 2, 5, 6) == []

    assert [each.seq for each in order.skip(CHAT, 4)] == [5, 6]
    assert shown(order, 3, 7) == [7]


def test_what_waits_is_bounded() -> None:
    order = Order()
    order.begin(CHAT, 0)

    shown(order, *range(2, MOST_AHEAD + 10))

    assert len(shown(order, 1)) == MOST_AHEAD + 1


def test_what_was_on_its_way_when_a_stream_was_taken_up_is_shown_once() -> None:
    order = Order()
    order.assume(CHAT, 3)

    assert shown(order, 3, 3, 4, 2, 4) == [3, 4, 2]


def test_what_somebody_knows_already_is_not_taken_for_late() -> None:
    order = Order()
    order.begin(CHAT, 3)
    order.assume(CHAT, 5)

    assert order.newest(CHAT) == 3
    assert shown(order, 3, 4) == [4]


def test_a_forgotten_stream_begins_anew() -> None:
    order = Order()
    order.begin(CHAT, 5)
    order.forget(order.streams("chat"))

    assert shown(order, 3) == [3]


@given(st.lists(st.integers(1, 12), max_size=40))
def test_everybody_sees_a_run_without_gap_or_repetition(arrivals: list[int]) -> None:
    order = Order()
    order.begin(CHAT, 0)

    seen = shown(order, *arrivals)

    assert seen == list(range(1, len(seen) + 1))
    assert len(seen) + 1 not in arrivals


def test_everybody_who_numbers_facts_of_rooms_is_asked_for_what_is_missing() -> None:
    numbering = {each.type.split(".")[0] for each in events.FACTS if issubclass(each, RoomEvent)}

    assert numbering == set(PUBLISHERS)
