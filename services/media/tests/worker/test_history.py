from struct import pack, unpack_from

from hypothesis import given, settings
from hypothesis import strategies as st

from media.worker.history import OCTETS, PACKETS, History

TRIP = 0.1


def rtp(sequence, payload=b"payload", *, marker=False, sources=0, extension=None):
    first = 0x80 | sources | (0x10 if extension is not None else 0)
    header = pack("!BBHII", first, 96 | marker << 7, sequence & 0xFFFF, 1234, 0xABCD)
    header += bytes(range(4 * sources))
    if extension is not None:
        header += pack("!HH", 0xBEDE, len(extension) // 4) + extension
    return header + payload


def kept(*packets):
    history = History(rtx_ssrc=7, rtx_payload_type=97, first=0xFFFF)
    for packet in packets:
        assert history.keep(unpack_from("!H", packet, 2)[0], packet, len(packet))
    return history


@settings(deadline=None)
@given(
    st.binary(max_size=50),
    st.booleans(),
    st.integers(0, 15),
    st.none() | st.sampled_from([b"", b"\x31\x01\x02\x00", bytes(12)]),
)
def test_a_repeated_packet_has_its_number_before_the_payload(payload, marker, sources, extension):
    sent = rtp(500, payload, marker=marker, sources=sources, extension=extension)
    head = len(sent) - len(payload)

    rtx = kept(sent).repeat(500, now=0.0, round_trip=TRIP)

    assert unpack_from("!BBHII", rtx) == (sent[0], 97 | marker << 7, 0xFFFF, 1234, 7)
    assert rtx[12:head] == sent[12:head]
    assert rtx[head:] == pack("!H", 500) + payload


def test_repeated_packets_are_numbered_on_and_counted():
    history = kept(rtp(1), rtp(2), rtp(3))

    numbers = [
        unpack_from("!H", history.repeat(each, now=0.0, round_trip=TRIP), 2)[0]
        for each in (3, 1, 2)
    ]

    assert numbers == [0xFFFF, 0, 1]
    assert (history.packets, history.octets) == (3, 3 * (2 + len(b"payload")))


def test_a_packet_is_repeated_once_in_a_round_trip():
    history = kept(rtp(1))
    asked = [0.0, 0.05, 0.099, 0.1, 0.15, 0.2]

    answered = [at for at in asked if history.repeat(1, now=at, round_trip=TRIP)]

    assert answered == [0.0, 0.1, 0.2]


def test_a_round_trip_that_is_not_known_yet_does_not_repeat_without_end():
    history = kept(rtp(1))

    assert history.repeat(1, now=0.0, round_trip=0.0)
    assert history.repeat(1, now=0.0, round_trip=0.0) is None


def test_a_number_is_kept_once():
    history = kept(rtp(1))

    assert not history.keep(1, rtp(1, b"other bytes"), 20)

    assert history.repeat(1, now=0.0, round_trip=TRIP)[14:] == b"payload"


def test_only_the_newest_packets_are_remembered():
    numbers = [n & 0xFFFF for n in range(0xFFFF - PACKETS, 0xFFFF + 2)]
    history = kept(*map(rtp, numbers))

    assert history.repeat(numbers[0], now=0.0, round_trip=TRIP) is None
    assert history.repeat(numbers[1], now=0.0, round_trip=TRIP) is None
    for number in numbers[2:]:
        assert history.repeat(number, now=0.0, round_trip=TRIP)


def test_what_was_never_sent_is_not_repeated():
    history = kept(rtp(1))

    for number in (0, 2, 1 + PACKETS, 0xFFFF):
        assert history.repeat(number, now=0.0, round_trip=TRIP) is None
    assert History(rtx_ssrc=7, rtx_payload_type=97).probe() is None


@settings(deadline=None)
@given(st.lists(st.integers(20, 1480), min_size=1, max_size=900))
def test_a_packet_comes_back_whole_or_not_at_all(lengths):
    history = History(rtx_ssrc=7, rtx_payload_type=97)
    sent = {}
    for number, length in enumerate(lengths):
        sent[number] = rtp(number, bytes([number % 251]) * (length - 12))
        history.keep(number, sent[number], length)

    found = {n: history.repeat(n, now=0.0, round_trip=TRIP) for n in sent}

    remembered = [n for n, rtx in found.items() if rtx is not None]
    assert remembered == list(range(len(lengths) - len(remembered), len(lengths)))
    assert all(found[n][14:] == sent[n][12:] for n in remembered)
    octets = sum(lengths[n] for n in remembered)
    assert len(remembered) >= min(PACKETS, len(lengths)) or octets > OCTETS - 2 * 1480


def test_a_probe_is_the_newest_packet_again_as_often_as_wanted():
    history = kept(rtp(1), rtp(2, b"newest"))

    probes = [history.probe() for _ in range(3)]

    assert [bytes(each[12:]) for each in probes] == [b"\0\2newest"] * 3
    assert [unpack_from("!H", each, 2)[0] for each in probes] == [0xFFFF, 0, 1]


@settings(deadline=None)
@given(st.binary(max_size=60))
def test_what_is_no_rtp_comes_back_as_nothing_or_longer_by_two(content):
    history = History(rtx_ssrc=7, rtx_payload_type=97)
    history.keep(5, content, len(content))

    rtx = history.repeat(5, now=0.0, round_trip=TRIP)

    assert rtx is None or len(rtx) == len(content) + 2
