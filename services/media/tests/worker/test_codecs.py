import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media.worker.codecs import KEY_FRAMES, Vp8Descriptor

KEY, DELTA = b"\x10\x02\x00\x9d\x01\x2a", b"\x11\x02\x00"
"""Starts of VP8 partitions: the lowest bit says whether the frame is predicted."""


@st.composite
def descriptor(draw):
    """A VP8 descriptor as RFC 7741 lays it out, and what is in it."""
    begins = draw(st.booleans())
    picture = draw(st.none() | st.tuples(st.sampled_from([7, 15]), st.integers(0, 0x7FFF)))
    tl0 = draw(st.none() | st.integers(0, 255))
    layer = draw(st.none() | st.tuples(st.integers(0, 3), st.booleans()))
    key = draw(st.none() | st.integers(0, 31))
    has, fields = 0, b""
    if picture:
        bits, number = picture
        picture = bits, number & (1 << bits) - 1
        has |= 0x80
        fields += bytes([number & 0x7F]) if bits == 7 else (number | 0x8000).to_bytes(2)
    if tl0 is not None:
        has |= 0x40
        fields += bytes([tl0])
    if layer or key is not None:
        has |= (0x20 if layer else 0) | (0x10 if key is not None else 0)
        tid, up = layer or (0, False)
        fields += bytes([tid << 6 | up << 5 | (key or 0)])
    first = 0x10 if begins else 0
    extended = bytes([first | 0x80, has]) + fields if has else bytes([first])
    return extended, begins, picture, tl0, layer


@settings(deadline=None)
@given(descriptor(), st.binary(max_size=20), st.booleans())
def test_a_vp8_descriptor_is_understood_wherever_it_stands(described, before, key):
    content, begins, picture, tl0, layer = described
    packet = before + content + (KEY if key else DELTA)
    read = Vp8Descriptor()

    assert read.read(packet, len(before), len(packet))

    assert read.length == len(content)
    assert read.begins == begins
    assert read.key_frame == (begins and key)
    assert (read.picture_bits, read.picture_id) == (picture or (0, -1))
    assert read.tl0 == (-1 if tl0 is None else tl0)
    assert (read.layer, read.switches) == (layer or (-1, False))


@settings(deadline=None)
@given(descriptor(), st.integers(0, 1 << 20), st.integers(0, 1000))
def test_rewritten_counters_are_read_back_and_nothing_else_changes(described, number, tl0):
    content = described[0] + KEY
    read, again = Vp8Descriptor(), Vp8Descriptor()
    read.read(content, 0, len(content))
    copy = bytearray(b"head" + content)

    read.rewrite(copy, 4, number, tl0)

    assert again.read(copy, 4, len(copy))
    if read.picture_bits:
        assert again.picture_id == number & (1 << read.picture_bits) - 1
    if read.tl0_at >= 0:
        assert again.tl0 == tl0 & 0xFF
    again.rewrite(copy, 4, read.picture_id, read.tl0)
    assert copy == b"head" + content


def test_one_descriptor_forgets_the_packet_before():
    read = Vp8Descriptor()
    full = bytes.fromhex("90f0 8123 07 60") + KEY
    assert read.read(full, 0, len(full))
    assert (read.picture_id, read.tl0, read.layer, read.switches) == (0x123, 7, 1, True)

    assert read.read(b"\x00" + DELTA, 0, 1 + len(DELTA))

    assert (read.picture_at, read.tl0_at, read.layer) == (-1, -1, -1)
    assert (read.begins, read.key_frame, read.switches) == (False, False, False)


def test_only_the_first_partition_begins_a_frame():
    read = Vp8Descriptor()
    second = b"\x11" + KEY  # S is set, the partition's number is 1

    assert read.read(second, 0, len(second))

    assert not read.begins


@pytest.mark.parametrize("cut", ["", "10", "90", "90 80", "90 80 81", "90 80 8123", "90 c0 01",
                                 "90 c0 01 05", "90 20", "90 20 60", "90 00"])  # fmt: skip
def test_a_descriptor_without_a_partition_is_no_vp8(cut):
    content = bytes.fromhex(cut)

    assert not Vp8Descriptor().read(content, 0, len(content))


@pytest.mark.parametrize(
    ("codec", "payload", "begins"),
    [
        ("vp8", "10" + KEY.hex(), True),
        ("vp8", "10" + DELTA.hex(), False),
        ("vp8", "00" + KEY.hex(), False),  # a later packet of a frame
        ("vp8", "90e0 8001 05 40" + KEY.hex(), True),
        ("vp9", "08 83", True),
        ("vp9", "00 83", False),  # a later packet of a frame
        ("vp9", "48 83", False),  # predicted
        ("vp9", "88 05 83", True),
        ("vp9", "a8 05 00 07 83", True),  # with layers: the lowest
        ("vp9", "a8 8123 00 07 83", True),
        ("vp9", "a8 8123 02 07 83", False),  # a higher spatial layer
        ("vp9", "a8 8123 01 07 83", False),  # predicted from the layer below
        ("vp9", "28", False),
        ("vp9", "a8", False),
        ("h264", "65 88", True),  # IDR
        ("h264", "67 42", True),  # SPS
        ("h264", "41 9a", False),
        ("h264", "78 0002 6742 0002 68ce", True),  # STAP-A with an SPS
        ("h264", "78 0002 68ce 0002 6588", True),
        ("h264", "78 0002 0930 0002 419a", False),
        ("h264", "7c 85 88", True),  # FU-A, first of an IDR
        ("h264", "7c 05 88", False),  # a later fragment
        ("h264", "7c 81 9a", False),
        ("h264", "7c", False),
        ("av1", "18 0a", True),
        ("av1", "10 32", False),
        ("av1", "98 32", False),  # continues an OBU of the packet before
        ("av1", "08", False),
    ],
)
def test_key_frames_are_recognised(codec, payload, begins):
    content = bytes.fromhex(payload)

    assert KEY_FRAMES[codec](content, 0, len(content)) == begins
    assert KEY_FRAMES[codec](memoryview(b"xx" + content + b"yy"), 2, 2 + len(content)) == begins


@pytest.mark.parametrize("codec", KEY_FRAMES)
@settings(deadline=None)
@given(content=st.binary(max_size=40), start=st.integers(0, 3))
def test_arbitrary_payloads_raise_nothing(codec, content, start):
    KEY_FRAMES[codec](content, start, len(content))
