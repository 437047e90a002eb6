from hypothesis import given, settings
from hypothesis import strategies as st

from media.worker import rtcp
from media.worker.arrivals import Arrivals


def noted(numbers, *, first=0.0, apart=0.001):
    arrivals = Arrivals(1)
    for index, number in enumerate(numbers):
        arrivals.note(number & 0xFFFF, first + index * apart, 77)
    return arrivals


def told(feedback):
    """Numbers of arrivals, and all numbers that were told about."""
    came = [number for each in feedback for number, _ in each.arrivals]
    covered = [each.base + i & 0xFFFF for each in feedback for i in range(each.statuses)]
    return came, covered


def test_feedback_tells_what_came_when():
    arrivals = noted([10, 11, 13], first=5.0, apart=0.01)

    (feedback,) = arrivals.feedback()

    assert (feedback.sender_ssrc, feedback.media_ssrc) == (1, 77)
    assert (feedback.base, feedback.statuses) == (10, 4)
    assert feedback.arrivals == ((10, 20_000), (11, 20_040), (13, 20_080))


def test_feedback_goes_on_where_it_ended_and_counts():
    arrivals = noted([10, 11])
    first = arrivals.feedback()
    assert arrivals.feedback() == []
    arrivals.note(14, 1.0, 77)

    (second,) = arrivals.feedback()

    assert [first[0].count, second.count] == [0, 1]
    assert told([second]) == ([14], [12, 13, 14])


def test_what_comes_late_is_told_with_all_that_followed():
    arrivals = noted([1, 2, 4, 5])
    arrivals.feedback()
    arrivals.note(3, 0.1, 77)
    arrivals.note(6, 0.2, 77)

    assert told(arrivals.feedback()) == ([3, 4, 5, 6], [3, 4, 5, 6])


def test_what_comes_much_too_late_is_not_told():
    arrivals = noted([1, 2, 4, 5])
    arrivals.feedback()

    arrivals.note(3, 2.0, 77)

    assert arrivals.feedback() == []


def test_a_duplicate_keeps_its_first_time():
    arrivals = noted([1, 2])

    arrivals.note(1, 9.0, 77)
    arrivals.note(2, 9.0, 77)

    assert arrivals.feedback()[0].arrivals == ((1, 0), (2, 4))


def test_numbers_wrap():
    assert told(noted([0xFFFE, 0, 1]).feedback()) == ([0xFFFE, 0, 1], [0xFFFE, 0xFFFF, 0, 1])


def test_the_first_packets_may_be_out_of_order():
    assert told(noted([0, 0xFFFF]).feedback())[0] == [0xFFFF, 0]


def test_a_sender_that_counts_from_elsewhere_is_followed():
    arrivals = noted([1, 2, 30_000, 30_001])

    assert told(arrivals.feedback()) == ([30_000, 30_001], [30_000, 30_001])


def test_a_long_pause_is_told_in_two_packets():
    arrivals = noted([1, 2], apart=100.0)

    assert [each.arrivals for each in arrivals.feedback()] == [((1, 0),), ((2, 400_000),)]


@settings(deadline=None)
@given(st.lists(st.integers(0, 40), min_size=1, max_size=2500), st.floats(0.0001, 0.01))
def test_feedback_fits_into_a_datagram_and_tells_everything_once(steps, apart):
    numbers = [7 + sum(steps[:i]) + i for i in range(len(steps))]
    newest = [n for n in numbers if n > numbers[-1] - 2048]

    feedback = noted(numbers, first=1000.0, apart=apart).feedback()

    came, covered = told(feedback)
    assert came == [n & 0xFFFF for n in newest]
    assert len(covered) == len(set(covered))
    assert all(len(rtcp.build(each)) < 1300 for each in feedback)
    assert [rtcp.parse(rtcp.build(each))[0] for each in feedback] == feedback


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 0xFFFF), st.floats(0, 2)), max_size=200))
def test_any_numbers_give_feedback_that_can_be_sent(noted):
    arrivals, at = Arrivals(1), 0.0
    for number, passed in noted:
        at += passed
        arrivals.note(number, at, 77)

    feedback = arrivals.feedback()

    assert [rtcp.parse(rtcp.build(each))[0] for each in feedback] == feedback
