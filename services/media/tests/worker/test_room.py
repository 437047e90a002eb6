"""A room whose peers write every packet by hand: layers of simulcast, and who gets them when."""

import asyncio
import re
from pathlib import Path
from time import monotonic

import pytest
from aiortc import RTCDtlsFingerprint, RTCDtlsParameters
from aiortc.rtp import RtpPacket

from common.forwarding import Want
from common.testing import eventually
from media.worker import rtcp
from media.worker.room.connection import Site
from media.worker.room.room import Room
from media.worker.room.rooms import Rooms
from media.worker.room.subscription import REPEATED_A_SECOND

OFFER = (Path(__file__).parent / "descriptions" / "simulcast.sdp").read_text()
MID, RID = 4, 10
"""Ids of the header extensions in that offer."""
LAYERS = {"l": 1001, "m": 1002, "h": 1003}
"""SSRC of each layer."""
SIZES = {"l": 200, "m": 500, "h": 1000}


@pytest.fixture
def room(engine):
    return Room("room", Site(engine, ("127.0.0.1",)))


def said(description, name):
    return re.search(rf"a={name}[: ](\S+)", description)[1]


def described(description, peer):
    """A description as `peer` would write it: with its certificate."""
    prints = {each.algorithm: each.value for each in peer.certificate.getFingerprints()}
    ours = f"a=fingerprint:sha-256 {prints['sha-256']}"
    return re.sub(r"a=fingerprint:sha-256 \S+", ours, description)


def answering(offer, peer):
    kept = [
        line for line in offer.splitlines() if not re.match("a=(ssrc|candidate|ice-lite)", line)
    ]
    text = "\n".join(kept).replace("a=sendonly", "a=recvonly")
    text = text.replace("a=setup:actpass", "a=setup:active")
    return described(text, peer)


async def connected(peer, description):
    """ICE and DTLS with what the worker's description says."""
    await peer.listen()
    await peer.ask(said(description, "ice-ufrag"), said(description, "ice-pwd"))
    value = re.search(r"a=fingerprint:sha-256 (\S+)", description)[1]
    await peer.dtls.start(RTCDtlsParameters([RTCDtlsFingerprint("sha-256", value)]))


class Camera:
    """Sends the layers of ada's camera, a packet of each at a time."""

    def __init__(self, peer, rtp, vp8):
        self._peer, self._rtp, self._vp8 = peer, rtp, vp8
        self._sent = 0

    async def sends(self, packets, *, key=False):
        engine = self._peer.engine
        before = engine.received
        for _ in range(packets):
            self._sent += 1
            for rid, ssrc in LAYERS.items():
                rest = rid.encode() * SIZES[rid]
                payload = self._vp8(self._sent, self._sent % 256, key=key, rest=rest)
                extensions = {MID: b"1", RID: rid.encode()}
                packet = self._rtp(
                    self._sent, 3000 * self._sent, ssrc, payload, extensions=extensions
                )
                await self._peer.send(packet)

        async def read():
            return engine.received >= before + 3 * packets

        await eventually(read)


def wanting(height):
    return [Want(peer_id="ada", kind="camera", height=height)]


def turned(room, turn):
    """The clock goes on by 200 ms: what comes is measured, and layers are chosen."""
    now = monotonic() + 0.2 * turn
    for publication in room.publications():
        publication.measure(now)
    for subscription in room.subscriptions():
        subscription.choose_layers(now)


async def test_a_tile_that_grows_gets_the_higher_layer_from_its_next_key_frame_on(
    room, peer, other_peer, rtp, vp8
):
    answer = room.publish("ada", "socket", described(OFFER, peer))
    await connected(peer, answer)
    offered = room.subscribe("bob", "socket", wanting(180), restart=False)
    room.answer("bob", answering(offered.offer, other_peer))
    await connected(other_peer, offered.offer)
    camera = Camera(peer, rtp, vp8)
    await camera.sends(1)
    turned(room, 1)
    await camera.sends(3, key=True)
    turned(room, 2)
    await other_peer.gets(3)

    assert room.subscribe("bob", "socket", wanting(720), restart=False).offer is None
    turned(room, 3)
    await camera.sends(2)
    await camera.sends(3, key=True)

    packets = [RtpPacket.parse(each) for each in await other_peer.gets(9)]
    layers = "".join(chr(each.payload[-1]) for each in packets)
    assert layers == "llllllhhh"
    first = packets[0].sequence_number
    assert [each.sequence_number - first & 0xFFFF for each in packets] == list(range(9))
    assert len({each.ssrc for each in packets}) == 1
    assert {each.payload_type for each in packets} == {96}
    asked = [each for compound in peer.rtcp for each in rtcp.parse(compound)]
    assert LAYERS["l"] in {each.media_ssrc for each in asked if isinstance(each, rtcp.Pli)}


@pytest.fixture
async def watched(room, peer, other_peer, rtp, vp8):
    """Ada's camera, of which bob got a first packet."""
    await connected(peer, room.publish("ada", "socket", described(OFFER, peer)))
    offered = room.subscribe("bob", "socket", wanting(180), restart=False)
    room.answer("bob", answering(offered.offer, other_peer))
    await connected(other_peer, offered.offer)
    camera = Camera(peer, rtp, vp8)
    await camera.sends(1)
    turned(room, 1)
    await camera.sends(1, key=True)
    await other_peer.gets(1)
    return camera


async def test_a_publisher_s_clock_that_wraps_is_told_on(room, watched, peer, other_peer):
    report = rtcp.SenderReport(LAYERS["l"], 0xFFFF_FFFF_FFFF_FFFF, 3000, 1, 1)
    layer = room.peers["ada"].publication.tracks["camera"].layers[0]

    async def came():
        return layer.reported is not None

    await peer.send(rtcp.build(report))
    await eventually(came)
    room.peers["bob"].subscription.report(monotonic() + 1)

    async def told():
        return other_peer.rtcp

    await eventually(told)
    reports = [each for compound in other_peer.rtcp for each in rtcp.parse(compound)]
    assert any(isinstance(each, rtcp.SenderReport) and each.ntp >> 32 < 60 for each in reports)


async def test_what_is_sent_again_is_bounded(room, watched, other_peer):
    subscription = room.peers["bob"].subscription
    packet = RtpPacket.parse(other_peer.rtp[0])
    first = packet.sequence_number
    lost = (first, *((first + 2000 + number) & 0xFFFF for number in range(600)))

    for _ in range(REPEATED_A_SECOND + 100):
        subscription._repeat(packet.ssrc, lost, 100.0)

    (forward,) = room.peers["ada"].publication.tracks["camera"].forwards
    assert forward.rtx_packets == REPEATED_A_SECOND


async def test_a_tile_that_is_hidden_gets_nothing(room, peer, other_peer, rtp, vp8):
    await connected(peer, room.publish("ada", "socket", described(OFFER, peer)))
    offered = room.subscribe("bob", "socket", wanting(0), restart=False)
    room.answer("bob", answering(offered.offer, other_peer))
    await connected(other_peer, offered.offer)
    camera = Camera(peer, rtp, vp8)

    for turn in range(3):
        await camera.sends(1, key=True)
        turned(room, turn)

    assert other_peer.rtp == []
    assert room.wanted_heights() == {("ada", "camera"): 0}


async def test_a_bug_in_one_room_costs_no_other(engine):
    shown, errors = [], []

    def show(key, frame, room_id, data):
        if room_id == "broken":
            raise RuntimeError("a bug")
        shown.append((room_id, frame))

    rooms = Rooms(Site(engine, ("127.0.0.1",)), show=show)
    for key in ("broken", "whole"):
        rooms.room(key).publish("ada", "socket", OFFER)
    asyncio.get_running_loop().set_exception_handler(lambda _, context: errors.append(context))

    for tick in range(10, 20):
        rooms.do_what_is_due(tick, monotonic())

    async def told():
        return shown

    await eventually(told)
    asyncio.get_running_loop().set_exception_handler(None)
    assert shown == [("whole", "trackWatched")]
    assert errors
    rooms.close("broken")
    rooms.close("whole")
