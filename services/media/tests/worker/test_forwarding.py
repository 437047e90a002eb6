"""From a publisher's socket to a subscriber's, through either engine."""

import random
import struct

from media.worker.forward import Forward
from media.worker.router import Codec, Extensions, Track

OPUS = Codec("opus", 48_000, 111)
IDS = Extensions(mid=1, rid=2, repaired_rid=3, transport_cc=4, audio_level=5)
LOW, HIGH, LOW_RTX, VOICE = 77, 78, 79, 80


async def test_a_track_begins_at_a_key_frame_that_was_asked_for(call, vp8):
    call.forward.choose(0)
    await call.send(10, 1000, LOW, vp8(1, 1), rid=b"l")
    await call.send(11, 4000, LOW, vp8(2, 2, key=True), rid=b"l")
    await call.send(12, 7000, LOW, vp8(3, 3), rid=b"l")

    first, second = await call.got(2)

    assert call.asked == [LOW]
    assert (first.ssrc, first.payload_type) == (5, 100)
    assert first.payload == vp8(2, 2, key=True)
    assert second.sequence_number == (first.sequence_number + 1) & 0xFFFF
    assert second.timestamp - first.timestamp == 3000
    assert (call.forward.packets, call.forward.octets) == (2, 22)


async def test_layers_change_without_a_jump(call, vp8):
    call.forward.choose(0)
    await call.send(65534, 3000, LOW, vp8(10, 10, key=True), rid=b"l")
    await call.send(65535, 6000, LOW, vp8(11, 11), rid=b"l")
    await call.send(900, 500_000, HIGH, vp8(70, 70), rid=b"h")
    for layer, timestamp in zip(call.camera.layers, (6000, 500_000), strict=True):
        layer.reported = (1000.0, timestamp, 0.0)
    call.forward.choose(1)
    await call.send(0, 9000, LOW, vp8(12, 12), rid=b"l")
    await call.send(901, 507_000, HIGH, vp8(71, 71, key=True), rid=b"h")
    await call.send(1, 12_000, LOW, vp8(13, 13), rid=b"l")
    await call.send(902, 510_000, HIGH, vp8(72, 72), rid=b"h")
    await call.send(899, 499_000, HIGH, vp8(69, 69), rid=b"h")

    got = await call.got(5)
    first = got[0]

    assert [(each.sequence_number - first.sequence_number) & 0xFFFF for each in got] == [
        0, 1, 2, 3, 4,
    ]  # fmt: skip
    assert [each.timestamp - first.timestamp for each in got] == [0, 3000, 6000, 10_000, 13_000]
    assert [each.payload for each in got] == [
        vp8(10, 10, key=True), vp8(11, 11), vp8(12, 12), vp8(13, 13, key=True), vp8(14, 14),
    ]  # fmt: skip
    assert {each.ssrc for each in got} == {5}


async def test_a_pause_costs_nothing_and_leaves_no_gap(call, vp8):
    call.forward.choose(0)
    await call.send(1, 0, LOW, vp8(1, 1, key=True), rid=b"l")
    await call.got(1)

    call.forward.choose(None)
    sent = call.sink.engine.sent
    await call.send(2, 3000, LOW, vp8(2, 2))
    await call.send(3, 6000, LOW, vp8(3, 3, key=True))
    assert call.camera.layers[0].forwards == []
    assert call.sink.engine.sent == sent

    call.forward.choose(0)
    await call.send(4, 9000, LOW, vp8(4, 4))
    await call.send(5, 12_000, LOW, vp8(5, 5, key=True))
    first, second = await call.got(2)

    assert (second.sequence_number - first.sequence_number) & 0xFFFF == 1
    assert second.payload == vp8(2, 2, key=True)
    assert second.timestamp > first.timestamp


async def test_a_change_of_mind_before_the_key_frame_changes_nothing(call, vp8):
    call.forward.choose(0)
    await call.send(1, 0, LOW, vp8(1, 1, key=True), rid=b"l")
    await call.send(1, 0, HIGH, vp8(1, 1), rid=b"h")
    call.forward.choose(1)
    call.forward.choose(0)
    await call.send(2, 0, HIGH, vp8(2, 2, key=True))
    await call.send(2, 3000, LOW, vp8(2, 2))

    assert [each.payload for each in await call.got(2)] == [vp8(1, 1, key=True), vp8(2, 2)]


async def test_sound_goes_at_once_with_its_level(call):
    forward = Forward(call.voice, call.sink, ssrc=9)
    forward.choose(0)

    await call.send(1, 0, VOICE, b"opus", payload_type=0x80 | 111, extensions={5: b"\xa8"})
    await call.send(2, 960, VOICE, b"more", payload_type=111)
    first, second = await call.subscriber.gets(2)

    assert first[1] == 0x80 | 111
    assert first[12:24] == struct.pack("!HHBHBBxxx", 0xBEDE, 2, 0x11, 1, 0x20, 0xA8)
    assert second[12:24] == struct.pack("!HHBHBBxxx", 0xBEDE, 2, 0x11, 2, 0x20, 127)
    assert (first[24:], second[24:]) == (b"opus", b"more")
    assert call.levels == [0xA8, 127]


async def test_what_comes_late_keeps_its_place_and_what_comes_twice_goes_once(call, vp8):
    call.forward.choose(0)
    for sequence in (1, 4, 2, 3):
        await call.send(sequence, 0, LOW, vp8(sequence, 1, key=sequence == 1), rid=b"l")
    repeated = struct.pack("!H", 3) + vp8(3, 1)
    await call.send(50, 0, LOW_RTX, repeated, payload_type=97, rid=b"l")
    await call.send(51, 0, LOW_RTX, struct.pack("!H", 5) + vp8(5, 1), payload_type=97)

    got = await call.got(5)

    first = got[0].sequence_number
    assert [(each.sequence_number - first) & 0xFFFF for each in got] == [0, 3, 1, 2, 4]
    assert got[-1].payload == vp8(5, 1)
    assert call.repaired == [(LOW, 3), (LOW, 5)]


async def test_packets_of_only_padding_are_dropped_without_a_gap(call, vp8):
    call.forward.choose(0)
    await call.send(1, 0, LOW, vp8(1, 1, key=True), rid=b"l")
    await call.send(2, 0, LOW, b"", padding=200)
    await call.send(3, 0, LOW, b"", padding=200)
    await call.send(5, 3000, LOW, vp8(3, 3))
    await call.send(4, 3000, LOW, vp8(2, 2), padding=8)

    got = await call.got(3)

    first = got[0].sequence_number
    assert [(each.sequence_number - first) & 0xFFFF for each in got] == [0, 2, 1]
    assert got[-1].payload == vp8(2, 2)


async def test_a_subscriber_gets_again_what_it_missed(call, vp8):
    call.forward.choose(0)
    await call.send(1, 3000, LOW, vp8(1, 1, key=True), rid=b"l")
    await call.send(2, 6000, LOW, vp8(2, 2), payload_type=0x80 | 96)
    missed = (await call.got(2))[1]

    assert call.forward.repeat(missed.sequence_number)
    assert not call.forward.repeat(missed.sequence_number, round_trip=60)
    assert not call.forward.repeat((missed.sequence_number + 1) & 0xFFFF)
    assert not call.forward.repeat((missed.sequence_number - 2) & 0xFFFF)
    assert call.forward.probe() > 0
    repeated, probe = (await call.got(4))[2:]

    assert (repeated.ssrc, repeated.payload_type, repeated.marker) == (6, 101, 1)
    assert repeated.payload == struct.pack("!H", missed.sequence_number) + vp8(2, 2)
    assert repeated.timestamp == missed.timestamp
    assert probe.sequence_number == (repeated.sequence_number + 1) & 0xFFFF
    assert call.sink.number == 4


async def test_key_frames_are_asked_for_once_in_a_while(call, vp8):
    call.forward.choose(0)
    await call.send(1, 0, LOW, vp8(1, 1), rid=b"l")
    call.forward.ask()
    call.camera.ask(call.camera.layers[0], 1e9)
    call.camera.ask(call.camera.layers[0], 1e9 + 0.29)
    call.camera.ask(call.camera.layers[0], 1e9 + 0.31)

    assert call.asked == [LOW] * 3


async def test_sources_are_learned_from_their_names_and_strangers_dropped(call, vp8):
    call.forward.choose(0)

    await call.send(1, 0, 1234, vp8(1, 1, key=True))
    await call.send(1, 0, 1235, vp8(1, 1, key=True), extensions={1: b"c", 2: b"x"})
    await call.send(1, 0, LOW, vp8(2, 2, key=True), rid=b"l")
    await call.send(2, 0, LOW, vp8(3, 3), payload_type=33)
    await call.send(3, 0, LOW, vp8(4, 4))

    assert [each.payload for each in await call.got(2)] == [vp8(2, 2, key=True), vp8(4, 4)]
    assert call.intake.track_of(1234) is None
    assert call.intake.track_of(LOW) is call.camera
    assert call.camera.sources == [LOW]


async def test_whatever_a_publisher_sends_nothing_raises_or_goes_under_one_number_twice(
    call, vp8, rtp, monkeypatch
):
    chance = random.Random(7)
    view = memoryview(bytearray(2048))
    call.forward.choose(0)
    voice = Forward(call.voice, call.sink, ssrc=9)
    voice.choose(0)
    await call.send(1, 0, LOW, vp8(1, 1, key=True), rid=b"l")
    numbers, relay = [], call.forward.relay

    def noted(index, *rest):
        if index >= call.forward._start:
            numbers.append(index + call.forward._sequence_shift)
        relay(index, *rest)

    monkeypatch.setattr(call.forward, "relay", noted)

    for number in range(8000):
        ssrc = chance.choice([LOW, HIGH, LOW_RTX, VOICE])
        payload = vp8(number & 0x7FFF, number & 255, key=number % 3 == 0) + bytes(number % 1500)
        packet = bytearray(
            rtp(number, number, ssrc, payload, payload_type=chance.choice([96, 97, 111]),
                extensions={1: b"c", 2: b"h", 4: b"\0\1", 5: b"\1"}, padding=number % 5)
        )  # fmt: skip
        for _ in range(chance.randrange(6)):
            packet[chance.choice([0, 1, 2, 3, *range(12, 40)])] = chance.randrange(256)
        length = chance.choice([len(packet), chance.randrange(12, len(packet))])
        view[: len(packet)] = packet
        call.intake.take(view, length)
        call.forward.choose(chance.choice([0, 1, None]))
        call.forward.repeat(chance.randrange(65536))
        call.sink.engine.flush()

    assert call.sink.is_sending
    assert len(numbers) > 100
    assert len(set(numbers)) == len(numbers)


async def test_every_packet_of_a_track_is_noted(call, vp8):
    await call.send(1, 500, LOW, vp8(1, 1), rid=b"l")
    await call.send(2, 500, LOW, b"", padding=100)
    await call.send(9, 500, LOW_RTX, b"\0\x01" + vp8(1, 1), payload_type=97, rid=b"l")

    noted = [each[:4] for each in call.arrived]
    assert noted == [(LOW, 1, 500, 0), (LOW, 2, 500, 1), (LOW_RTX, 9, 500, 2)]


async def test_a_section_that_is_removed_is_heard_no_more(call, vp8):
    call.forward.choose(0)
    await call.send(1, 0, LOW, vp8(1, 1, key=True), rid=b"l")

    call.intake.remove("c")
    call.intake.remove("c")
    await call.send(2, 0, LOW, vp8(2, 2), rid=b"l")
    call.intake.add("c", call.camera, [(LOW, 0)])

    assert len(await call.got(1)) == 1
    assert len(call.arrived) == 1


async def test_a_forward_carries_another_track_as_if_it_were_the_same(call):
    forward = Forward(call.voice, call.sink, ssrc=9)
    other = Track({111: OPUS}, IDS, clock_rate=48_000)
    call.intake.add("o", other, [(81, 0)])
    forward.choose(0)
    await call.send(5, 0, VOICE, b"one", payload_type=111)

    forward.follow(other)
    forward.choose(0)
    await call.send(700, 99_000, 81, b"two", payload_type=111)
    first, second = await call.got(2)

    assert (second.sequence_number - first.sequence_number) & 0xFFFF == 1
    assert second.timestamp > first.timestamp
    assert (first.ssrc, second.payload) == (9, b"two")
    assert call.voice.forwards == []


async def test_a_report_speaks_of_the_publisher_s_time(call):
    forward = Forward(call.voice, call.sink, ssrc=9)
    forward.choose(0)
    assert forward.report(0.0) is None
    await call.send(5, 48_000, VOICE, b"one", payload_type=111)
    assert forward.report(0.0) is None

    call.voice.layers[0].reported = (1000.0, 48_000, 50.0)

    shift = (await call.got(1))[0].timestamp - 48_000
    assert forward.report(50.5) == (1000.5, 48_000 + 24_000 + shift)


async def test_a_closed_forward_sends_nothing(call, vp8):
    call.forward.choose(0)
    await call.send(1, 0, LOW, vp8(1, 1, key=True), rid=b"l")
    call.forward.close()
    call.forward.close()
    await call.send(2, 0, LOW, vp8(2, 2))

    assert call.camera.forwards == []
    assert not call.forward.repeat(1)
    assert call.forward.probe() == 0
    assert len(await call.got(1)) == 1


async def test_nothing_goes_to_a_subscriber_who_left(call, vp8):
    call.forward.choose(0)
    await call.send(1, 0, LOW, vp8(1, 1, key=True), rid=b"l")
    call.sink.close()
    await call.send(2, 0, LOW, vp8(2, 2))

    assert not call.forward.repeat(1)
    assert call.forward.packets == 1
