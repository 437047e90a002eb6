"""Offers to those who receive, over joins and departures."""

import re

import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription

from media.worker.names import TrackName
from media.worker.sdp.grammar import BadDescription
from media.worker.sdp.local import Local
from media.worker.sdp.subscribing import Layout

LOCAL = Local("ours", "ours-is-long-enough-for-ice", ":".join(["AB"] * 32), ("127.0.0.1",), 40_000)
VOICE_OF_ADA, FACE_OF_ADA = TrackName("ada", "audio"), TrackName("ada", "camera")
VOICE_OF_BOB, FACE_OF_BOB = TrackName("bob", "audio"), TrackName("bob", "camera")
SCREEN_OF_BOB = TrackName("bob", "screen")


def layout_of(*wanted):
    layout = Layout()
    layout.fit(wanted)
    return layout


def ssrcs(offer):
    return [int(number) for number in re.findall(r"a=ssrc:(\d+) cname", offer)]


def test_each_wanted_track_has_a_section():
    layout = layout_of(VOICE_OF_ADA, FACE_OF_ADA, SCREEN_OF_BOB)

    assert layout.slots() == {"0": VOICE_OF_ADA, "1": FACE_OF_ADA, "2": SCREEN_OF_BOB}
    assert re.findall("m=([a-z]+)", layout.offer(LOCAL)) == ["audio", "video", "video"]


def test_wanting_the_same_again_changes_nothing():
    layout = layout_of(VOICE_OF_ADA, FACE_OF_ADA)
    before = [(each.ssrc, each.rtx_ssrc) for each in layout.places]

    assert not layout.fit([FACE_OF_ADA, VOICE_OF_ADA])

    assert [(each.ssrc, each.rtx_ssrc) for each in layout.places] == before


def test_a_section_is_used_again_for_the_next_track_of_the_same_media():
    layout = layout_of(VOICE_OF_ADA, FACE_OF_ADA)
    used = set(ssrcs(layout.offer(LOCAL)))

    assert layout.fit([VOICE_OF_BOB, FACE_OF_BOB])

    assert layout.slots() == {"0": VOICE_OF_BOB, "1": FACE_OF_BOB}
    assert not used & set(ssrcs(layout.offer(LOCAL)))


def test_a_section_nobody_uses_stays_in_its_place():
    layout = layout_of(VOICE_OF_ADA, FACE_OF_ADA, FACE_OF_BOB)

    layout.fit([VOICE_OF_ADA, FACE_OF_BOB])

    *_, ada, bob = layout.offer(LOCAL).split("m=")
    assert "a=inactive" in ada
    assert "a=ssrc" not in ada
    assert "a=sendonly" in bob
    assert layout.slots() == {"0": VOICE_OF_ADA, "2": FACE_OF_BOB}


def test_a_video_source_is_told_before_its_retransmissions():
    layout = layout_of(FACE_OF_ADA)

    place = layout.places[0]
    assert ssrcs(layout.offer(LOCAL)) == [place.ssrc, place.rtx_ssrc]


def test_sources_are_known_by_nothing_but_their_ssrc():
    offer = layout_of(VOICE_OF_ADA, FACE_OF_ADA).offer(LOCAL)

    assert "sdes:mid" not in offer
    assert "rtp-stream-id" not in offer


def test_each_offer_has_a_higher_version():
    layout = layout_of(VOICE_OF_ADA)

    versions = [re.search(r"o=- \d+ (\d+)", layout.offer(LOCAL))[1] for _ in range(2)]

    assert versions == ["1", "2"]


async def answer_of_aiortc(offer):
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    await peer.setRemoteDescription(RTCSessionDescription(offer, "offer"))
    await peer.setLocalDescription(await peer.createAnswer())
    answer = peer.localDescription.sdp
    await peer.close()
    return answer


async def test_an_answer_tells_who_receives():
    layout = layout_of(VOICE_OF_ADA, FACE_OF_ADA)

    assert not any(place.is_agreed for place in layout.places)
    agreed = layout.agree(await answer_of_aiortc(layout.offer(LOCAL)))

    assert agreed.remote.setup == "active"
    assert len(agreed.remote.fingerprints) == 3
    assert not agreed.tells_arrivals
    assert all(place.is_agreed for place in layout.places)


async def test_a_track_in_a_section_that_is_used_again_has_to_be_agreed_on_anew():
    layout = layout_of(VOICE_OF_ADA, FACE_OF_ADA)
    layout.agree(await answer_of_aiortc(layout.offer(LOCAL)))

    layout.fit([VOICE_OF_ADA, FACE_OF_BOB])

    assert [place.is_agreed for place in layout.places] == [True, False]


async def test_an_answer_to_an_older_offer_is_refused():
    layout = layout_of(VOICE_OF_ADA, FACE_OF_ADA)
    late = await answer_of_aiortc(layout.offer(LOCAL))

    layout.fit([VOICE_OF_ADA])

    with pytest.raises(BadDescription):
        layout.agree(late)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a=setup:active", "a=setup:passive"),
        ("a=ice-ufrag", "a=no-ufrag"),
        ("a=recvonly", "a=sendrecv"),
        ("a=mid:0", "a=mid:7"),
        ("m=audio", "m=video"),
    ],
)
async def test_what_is_no_answer_is_refused(old, new):
    layout = layout_of(VOICE_OF_ADA)
    answer = await answer_of_aiortc(layout.offer(LOCAL))

    with pytest.raises(BadDescription):
        layout.agree(answer.replace(old, new))
