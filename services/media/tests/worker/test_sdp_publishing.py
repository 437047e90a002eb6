"""Offers that Chromium 156 and aiortc 1.16 really made, and our answers to them."""

import re
from pathlib import Path

import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack, VideoStreamTrack

from media.worker.sdp.formats import LEVEL, MID, REPAIRED_RID, RID, TWCC
from media.worker.sdp.grammar import BadDescription
from media.worker.sdp.local import Local
from media.worker.sdp.publishing import Source, read_offer, write_answer

DESCRIPTIONS = Path(__file__).parent / "descriptions"
LOCAL = Local(
    ufrag="ours",
    pwd="ours-is-long-enough-for-ice",
    fingerprint=":".join(["AB"] * 32),
    addresses=("203.0.113.7", "2001:db8::7"),
    port=40_000,
)


def offered(name):
    return (DESCRIPTIONS / f"{name}.sdp").read_text()


def answered(name):
    return write_answer(read_offer(offered(name)), LOCAL, session_id=1, version=1)


def section_of(answer, mid):
    sections = answer.split("m=")[1:]
    return next(each.splitlines() for each in sections if f"a=mid:{mid}\r\n" in each)


def test_a_browser_with_simulcast_sends_a_microphone_and_three_layers_of_its_camera():
    offer = read_offer(offered("simulcast"))

    sent = offer.sent
    assert list(sent) == ["audio", "camera", "screen"]
    assert [each.is_sending for each in sent.values()] == [True, True, False]
    assert sent["camera"].rids == ("l", "m", "h")
    assert sent["camera"].source is None
    assert sent["audio"].source == Source(906981583, None)


def test_a_browser_without_simulcast_names_the_source_and_its_retransmissions():
    sent = read_offer(offered("single_and_screen")).sent

    assert sent["camera"].rids == ()
    assert sent["screen"].is_sending
    assert sent["screen"].source == Source(2300673, 38593279)


def test_the_preferred_codec_comes_first_and_unknown_ones_are_left_out():
    camera = read_offer(offered("simulcast")).sent["camera"]

    assert [(each.name, each.payload_type, each.rtx) for each in camera.codecs] == [
        ("VP8", 96, 97),
        ("H264", 102, 103),
        ("H264", 108, 109),
        ("VP9", 98, 99),
    ]


def test_extensions_keep_the_numbers_they_have_in_the_offer():
    sent = read_offer(offered("simulcast")).sent

    assert sent["audio"].extensions == {LEVEL: 1, TWCC: 3, MID: 4}
    assert sent["camera"].extensions == {TWCC: 3, MID: 4, RID: 10, REPAIRED_RID: 11}


def test_who_sends_is_known_by_credentials_and_certificate():
    remote = read_offer(offered("simulcast")).remote

    assert (remote.ufrag, remote.pwd) == ("/bxA", "GPdX9CSb9+nTgB3ZtKZyOdP/")
    assert [(name, value[:5]) for name, value in remote.fingerprints] == [("sha-256", "9B:47")]


def test_an_answer_has_a_section_for_each_that_was_offered():
    answer = answered("simulcast")

    assert "a=ice-lite" in answer
    assert "a=group:BUNDLE 0 1 2" in answer
    for mid, direction in (("0", "recvonly"), ("1", "recvonly"), ("2", "inactive")):
        lines = section_of(answer, mid)
        assert f"a={direction}" in lines
        assert {"a=setup:passive", "a=rtcp-mux", "a=rtcp-rsize"} <= set(lines)


def test_an_answer_takes_the_layers_that_were_offered():
    lines = section_of(answered("simulcast"), "1")

    assert lines[-4:] == ["a=rid:l recv", "a=rid:m recv", "a=rid:h recv", "a=simulcast:recv l;m;h"]


def test_an_answer_tells_every_address_the_first_as_the_preferred():
    lines = section_of(answered("simulcast"), "0")

    candidates = [each.split() for each in lines if each.startswith("a=candidate")]
    assert [each[4] for each in candidates] == ["203.0.113.7", "2001:db8::7"]
    assert int(candidates[0][3]) > int(candidates[1][3])


def test_voices_are_asked_for_with_error_correction_and_silence_left_out():
    lines = section_of(answered("simulcast"), "0")

    assert lines[0] == "audio 9 UDP/TLS/RTP/SAVPF 111"
    assert "a=fmtp:111 minptime=10;useinbandfec=1;usedtx=1;stereo=0" in lines


def test_a_section_that_is_over_stays_over_and_outside_the_bundle():
    over = offered("single_and_screen").replace("BUNDLE 0 1 2", "BUNDLE 0 1")
    head, microphone, camera, screen = over.split("m=")
    over = "m=".join([head, microphone, camera, screen.replace("video 9 ", "video 0 ")])

    offer = read_offer(over)
    answer = write_answer(offer, LOCAL, session_id=1, version=2)

    assert set(offer.sent) == {"audio", "camera"}
    assert section_of(answer, "2")[0].startswith("video 0 ")


async def test_aiortc_takes_the_answer_to_its_offer():
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    peer.addTransceiver(AudioStreamTrack(), "sendonly")
    peer.addTransceiver(VideoStreamTrack(), "sendonly")
    await peer.setLocalDescription(await peer.createOffer())

    offer = read_offer(peer.localDescription.sdp)
    answer = write_answer(offer, LOCAL, session_id=1, version=1)
    await peer.setRemoteDescription(RTCSessionDescription(answer, "answer"))

    assert peer.signalingState == "stable"
    await peer.close()


def changed(old, new):
    text = offered("simulcast")
    assert old in text
    return text.replace(old, new)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "v=0\nm=audio",
        "v=0\n" + "a=x\n" * 100_000,
        changed("a=group:BUNDLE 0 1 2", "a=group:BUNDLE 0"),
        changed("a=group:BUNDLE 0 1 2", ""),
        changed("a=ice-pwd:", "a=no-pwd:"),
        changed("a=fingerprint:sha-256", "a=fingerprint:rot13"),
        changed("a=fingerprint:", "a=no-fingerprint:"),
        changed("a=setup:actpass", "a=setup:passive"),
        changed("a=mid:1", "a=mid:1 2"),
        changed("a=mid:1\n", ""),
        changed("a=extmap:4 ", "a=extmap:15 "),
        changed("a=extmap:4 ", "a=extmap:four "),
        changed("a=rtpmap:96 VP8", "a=rtpmap:VP8"),
        changed("a=simulcast:send l;m;h", "a=simulcast:send l;m;h;x"),
        changed("a=simulcast:send l;m;h", "a=simulcast:send"),
        changed("m=video", "m=application"),
        changed("m=video", "m=audio"),
        changed("m=video 9", "m=video nine"),
        changed("a=mid:2", "a=mid:1"),
        changed("a=ssrc:906981583 ", "a=ssrc:4294967296 "),
    ],
)
def test_what_is_no_offer_is_refused(text):
    with pytest.raises(BadDescription):
        read_offer(text)


@pytest.mark.parametrize("clock", ["0", "1", "8000", "9" * 5000, "\u0669"])
def test_a_codec_with_another_clock_than_its_own_is_not_taken(clock):
    text = changed("a=rtpmap:96 VP8/90000", f"a=rtpmap:96 VP8/{clock}")

    camera = read_offer(text).sent["camera"]

    assert "VP8" not in {each.name for each in camera.codecs}
    assert {each.clock for each in camera.codecs} == {90_000}


def test_numbers_that_no_packet_can_carry_are_left_out():
    long = "9" * 5000
    text = changed("m=audio 9 UDP/TLS/RTP/SAVPF 111", f"m=audio 9 UDP/TLS/RTP/SAVPF 111 {long}")
    text = text.replace("a=mid:0", f"a=mid:0\na=ssrc-group:FID 906981583 {long}")

    assert read_offer(text).sent["audio"].source == Source(906981583, None)


def test_feedback_for_all_codecs_is_feedback_for_each():
    text = re.sub(r"a=rtcp-fb:\d+ nack\b", "a=rtcp-fb:* nack", offered("simulcast"))

    camera = read_offer(text).sent["camera"]

    assert all({"nack", "nack pli"} <= set(each.feedback) for each in camera.codecs)
