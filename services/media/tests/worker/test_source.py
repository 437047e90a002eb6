import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media.worker import rtcp
from media.worker.arrivals import Source
from media.worker.arrivals.gaps import MOST, OLDEST, TRIES
from media.worker.rtcp import ReportBlock

TRIP = 0.1


def received(*sequences, repeats=True):
    """A source of 90 kHz whose packets came 10 ms apart, without jitter."""
    source = Source(5, clock=90_000, repeats=repeats)
    for index, sequence in enumerate(sequences):
        source.note(sequence & 0xFFFF, 900 * index, 0.01 * index, 100)
    return source


def test_reports_tell_loss_since_the_last_and_in_all():
    source = received(*range(0xFFF0, 0xFFF8), *range(0x10000, 0x10008))

    first = source.report(1.0)
    source.note(8, 900 * 16, 0.16, 100)
    second = source.report(2.0)

    assert first == ReportBlock(5, 256 * 8 // 24, 8, 0x20007, 0)
    assert second == ReportBlock(5, 0, 8, 0x20008, 0)


def test_a_source_that_lost_everything_but_one_packet_is_not_beyond_all():
    source = received(1, 1000)

    assert source.report(1.0).fraction_lost == 255


def test_nothing_is_reported_before_a_packet_came():
    assert received().report(1.0) is None


def test_late_packets_count_and_duplicates_do_not():
    source = received(1, 2, 4)

    assert source.note(3, 0, 0.1, 100)
    assert not source.note(3, 0, 0.1, 100)
    assert not source.note(4, 0, 0.1, 100)

    assert (source.packets, source.report(1.0).packets_lost) == (4, 0)


# RFC 3550 section A.8: each packet moves the estimate by a sixteenth of the difference.
def test_jitter_follows_how_much_the_way_takes():
    source = Source(5, clock=8000, repeats=False)
    for index, late in enumerate([0, 160, 0, 160]):
        source.note(index, 0xFFFF_FF00 + 160 * index & 0xFFFF_FFFF, (160 * index + late) / 8000, 1)

    jitter = 0.0
    for _ in range(3):
        jitter += (160 - jitter) / 16
    assert source.report(1.0).jitter == int(jitter)


def test_the_newest_sr_is_echoed():
    source = received(1)
    source.sender_report(0x1234_5678_9ABC_DEF0, 2.0)

    report = source.report(2.5)

    assert (report.last_report, report.delay) == (0x5678_9ABC, 32768)


def test_one_stray_packet_does_not_move_a_source():
    source = received(1, 2)

    assert not source.note(30_000, 0, 0.1, 100)
    assert source.note(3, 0, 0.1, 100)

    assert source.highest & 0xFFFF == 3


def test_two_in_sequence_begin_a_new_run_without_loss():
    source = received(1, 2)
    source.note(30_000, 0, 0.1, 100)

    assert source.note(30_001, 0, 0.1, 100)

    assert source.report(1.0).packets_lost == 0
    assert source.missing(5.0, round_trip=TRIP) == ()


def test_a_gap_is_asked_for_after_a_while_and_again_after_each_round_trip():
    source = received(0xFFFE, 0x10001)
    asked = {}
    for step in range(60):
        at = 0.01 + step / 100
        missing = source.missing(at + 1e-9, round_trip=TRIP)
        if missing:
            asked[step] = missing

    assert list(asked) == [2, 12, 22, 32, 42, 52]
    assert set(asked.values()) == {(0xFFFF, 0)}


def test_what_comes_in_the_meantime_is_not_asked_for():
    source = received(1, 5)
    source.note(3, 0, 0.015, 100)
    assert source.recovered(2)

    assert source.missing(0.1, round_trip=TRIP) == (4,)


def test_rtx_is_not_counted_as_received():
    source = received(1, 3)

    assert source.recovered(2)
    assert not source.recovered(2)

    assert source.report(1.0).packets_lost == 1


def test_a_gap_is_given_up_after_ten_tries():
    source = received(1, 3)
    asked = [at for at in range(1, 60) if source.missing(at * 0.02, round_trip=0.0)]

    assert len(asked) == TRIES
    assert len(source.gaps) == 0


def test_a_gap_is_given_up_when_it_is_old():
    source = received(1, 3)

    assert source.missing(0.02 + OLDEST, round_trip=TRIP) == ()

    assert len(source.gaps) == 0


def test_an_interruption_is_not_asked_for_packet_by_packet():
    source = received(1, 3, 4 + MOST)

    assert source.missing(0.1, round_trip=TRIP) == ()
    assert len(source.gaps) == 0


def test_sound_is_not_asked_for():
    assert received(1, 5, repeats=False).missing(1.0, round_trip=TRIP) == ()


def test_the_bitrate_is_measured_between_calls():
    source = Source(5, clock=90_000, repeats=False)
    rates = [source.bitrate(0.0)]
    for index in range(100):
        source.note(index, 0, 0.01 * index, 125)
        if index % 20 == 19:
            rates.append(source.bitrate(0.01 * (index + 1)))

    assert rates[0] == 0
    assert rates[1:] == pytest.approx([100_000] * 5)
    for second in range(2, 10):
        source.bitrate(float(second))
    assert source.bitrate(10.0) < 1000


@settings(deadline=None)
@given(st.lists(st.integers(0, 0xFFFF), max_size=200))
def test_any_sequence_numbers_can_be_reported(sequences):
    source = received(*sequences)

    lost = source.missing(10.0, round_trip=TRIP)
    report = source.report(10.0)

    assert len(lost) <= MOST
    if report is not None:
        assert rtcp.parse(rtcp.build(rtcp.ReceiverReport(1, (report,))))


@settings(deadline=None)
@given(st.lists(st.integers(0, 3000), max_size=300), st.integers(0, 0xFFFF))
def test_no_sequence_number_is_let_through_twice(order, start):
    source = Source(5, clock=90_000, repeats=True)

    passed = [n for n in order if source.note(start + n & 0xFFFF, 0, 0.0, 100)]

    recent = [n for n in passed if n > max(passed, default=0) - 1024]
    assert len(recent) == len(set(recent))
