from struct import pack

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media.worker import rtcp
from media.worker.rtcp import (
    Bye,
    Fir,
    Nack,
    Pli,
    ReceiverReport,
    Remb,
    ReportBlock,
    SenderReport,
    SourceDescription,
    TransportFeedback,
)

byte = st.integers(0, 0xFF)
short = st.integers(0, 0xFFFF)
word = st.integers(0, 0xFFFF_FFFF)
block = st.builds(ReportBlock, word, byte, st.integers(-(1 << 23), (1 << 23) - 1), *[word] * 4)
blocks = st.lists(block, max_size=31).map(tuple)
words = st.lists(word, max_size=31).map(tuple)
names = st.lists(st.tuples(word, st.text(max_size=60)), max_size=31).map(tuple)
bitrate = st.builds(lambda kept, up: kept << up, st.integers(0, (1 << 18) - 1), st.integers(0, 40))


@st.composite
def feedback(draw):
    base, first = draw(short), draw(word)
    steps = draw(st.lists(st.none() | st.integers(-0x7F00, 0x7F00) | byte, max_size=300))
    arrivals, time = [], first
    for index, step in enumerate(steps):
        if step is not None:
            time = time + (step if arrivals else 0) & 0xFFFF_FFFF
            arrivals.append((base + index & 0xFFFF, time))
    ssrcs = draw(st.tuples(word, word))
    return TransportFeedback(*ssrcs, draw(byte), base, len(steps), tuple(arrivals))


packet = st.one_of(
    st.builds(SenderReport, word, st.integers(0, (1 << 64) - 1), word, word, word, blocks),
    st.builds(ReceiverReport, word, blocks),
    st.builds(SourceDescription, names),
    st.builds(Bye, words),
    st.builds(
        Nack, word, word, st.sets(short, min_size=1, max_size=40).map(lambda s: tuple(sorted(s)))
    ),
    st.builds(Pli, word, word),
    st.builds(Fir, word, st.lists(st.tuples(word, byte), min_size=1, max_size=5).map(tuple)),
    st.builds(Remb, word, bitrate, words),
    feedback(),
)


@settings(deadline=None)
@given(st.lists(packet, max_size=5))
def test_what_is_built_is_read_back(packets):
    assert rtcp.parse(rtcp.build(*packets)) == packets


@settings(deadline=None)
@given(st.lists(packet, max_size=5))
def test_every_packet_is_a_whole_number_of_words(packets):
    assert len(rtcp.build(*packets)) % 4 == 0


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_arbitrary_bytes_raise_nothing(content):
    rtcp.parse(content)


@settings(deadline=None)
@given(st.integers(200, 207), st.integers(0, 31), st.binary(max_size=200), st.booleans())
def test_arbitrary_bodies_raise_nothing(kind, form, body, padded):
    body = body[: len(body) // 4 * 4]
    first = 0x80 | form | (0x20 if padded else 0)

    rtcp.parse(pack("!BBH", first, kind, len(body) // 4) + body)


@settings(deadline=None)
@given(st.lists(packet, min_size=1, max_size=3), st.data())
def test_damaged_packets_raise_nothing(packets, data):
    content = bytearray(rtcp.build(*packets))
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(byte)

    rtcp.parse(content[: data.draw(st.integers(0, len(content)))])


def test_what_follows_a_packet_that_cannot_be_read_is_still_read():
    unknown = pack("!BBHI", 0x80, 207, 1, 1)
    short_nack = pack("!BBHI", 0x81, 205, 1, 1)

    assert rtcp.parse(unknown + short_nack + rtcp.build(Pli(1, 2))) == [Pli(1, 2)]


def test_the_rest_of_a_compound_cut_off_is_left_out():
    whole = rtcp.build(Pli(1, 2), Pli(3, 4))

    assert rtcp.parse(whole[:-1]) == [Pli(1, 2)]


def test_padding_is_not_part_of_a_packet():
    padded = pack("!BBHII4s", 0xA1, 203, 3, 7, 8, b"\0\0\0\4")

    assert rtcp.parse(padded) == [Bye((7,))]


def test_of_packets_with_names_only_the_cname_is_kept():
    tool, name = b"\x06\x03abc", b"\x01\x02hi"
    content = pack("!I", 9) + tool + name + bytes(3)

    assert rtcp.parse(pack("!BBH", 0x81, 202, 4) + content) == [SourceDescription(((9, "hi"),))]


# Laid out by hand after the RFCs and drafts.
@pytest.mark.parametrize(
    ("hexed", "packet"),
    [
        ("81c900070000000100000002ff00000300000004000000050000000600000007",
         ReceiverReport(1, (ReportBlock(2, 255, 3, 4, 5, 6, 7),))),
        ("81c9000700000001000000020affffff00000004000000050000000600000007",
         ReceiverReport(1, (ReportBlock(2, 10, -1, 4, 5, 6, 7),))),
        ("81cd0003000000010000000200648001", Nack(1, 2, (100, 101, 116))),
        ("81cd00030000000100000002ffff0001", Nack(1, 2, (0xFFFF, 0))),
        ("81ce00020000000100000002", Pli(1, 2)),
        ("84ce000400000001000000000000000207000000", Fir(1, ((2, 7),))),
        # draft-alvestrand-rmcat-remb: exponent 2, mantissa 0x3FFFF.
        ("8fce00050000000100000000 52454d42 010bffff 00000002",
         Remb(1, 0x3FFFF << 2, (2,))),
        # A run of four small deltas.
        ("8fcd0006 00000001 00000002 00050004 00000109 2004 040506070000",
         TransportFeedback(1, 2, 9, 5, 4, ((5, 260), (6, 265), (7, 271), (8, 278)))),
        # A vector of two-bit symbols: small, absent, large (back by one unit).
        ("8fcd0006 00000001 00000002 ffff0003 00000100 d200 01ffff000000",
         TransportFeedback(1, 2, 0, 0xFFFF, 3, ((0xFFFF, 257), (1, 256)))),
    ],
)  # fmt: skip
def test_known_packets_are_understood(hexed, packet):
    read = rtcp.parse(bytes.fromhex(hexed))

    assert read == ([packet] if packet else [])


def test_a_vector_of_short_symbols_is_understood():
    body = bytes.fromhex("00000001000000020000000300000100a8000102")
    content = pack("!BBH", 0x8F, 205, len(body) // 4) + body

    assert rtcp.parse(content) == [TransportFeedback(1, 2, 0, 0, 3, ((0, 257), (2, 259)))]


def test_feedback_that_claims_more_than_it_holds_is_refused_at_once():
    claims = pack("!IIHHI", 1, 2, 0, 0xFFFF, 0) + b"\x3f\xff" * 9 + b"\0\0"

    assert rtcp.parse(pack("!BBH", 0x8F, 205, len(claims) // 4) + claims) == []


def test_many_packets_that_did_not_come_take_no_space():
    sparse = TransportFeedback(1, 2, 0, 0, 8001, ((0, 256), (8000, 300)))

    content = rtcp.build(sparse)

    assert len(content) < 40
    assert rtcp.parse(content) == [sparse]


def test_a_compound_begins_with_a_report_and_a_name():
    sent = rtcp.compound(Pli(1, 2), ssrc=1, cname="worker")

    assert rtcp.parse(sent) == [ReceiverReport(1), SourceDescription(((1, "worker"),)), Pli(1, 2)]


def test_a_report_that_is_there_is_put_first():
    report = SenderReport(3, 4, 5, 6, 7)

    sent = rtcp.compound(Pli(3, 2), report, ssrc=3, cname="worker")

    assert rtcp.parse(sent) == [report, SourceDescription(((3, "worker"),)), Pli(3, 2)]


def test_time_is_told_in_seconds_since_1900():
    assert rtcp.ntp(0.0) == 2_208_988_800 << 32
    assert rtcp.middle(rtcp.ntp(1.5)) == ((2_208_988_801 << 16) + 0x8000) & 0xFFFF_FFFF


# RFC 3550, figure 2.
def test_the_round_trip_is_what_passed_without_the_time_the_receiver_took():
    report = ReportBlock(1, 0, 0, 0, 0, last_report=0xB705_2000, delay=0x0005_4000)

    assert report.round_trip(0xB710_8000) == pytest.approx(6.125)


def test_there_is_no_round_trip_before_the_first_report_and_none_back_in_time():
    assert ReportBlock(1, 0, 0, 0, 0).round_trip(5) is None
    assert ReportBlock(1, 0, 0, 0, 0, last_report=9, delay=9).round_trip(10) is None
