"""Clients that make up sources and names without end, and those that change theirs."""

from common.testing import eventually
from media.worker.router import Codec
from media.worker.transport import MOST_OFFERED

LOW = 77


async def test_sources_that_follow_each_other_are_one_to_a_subscriber(call, vp8):
    call.forward.choose(0)
    await call.send(60_000, 3000, LOW, vp8(7, 7, key=True), rid=b"l")
    for number in range(50):
        await call.send(10, 900_000, 1000 + number, vp8(90, 90), rid=b"l")
    await call.send(11, 903_000, 1049, vp8(91, 91, key=True))
    await call.send(12, 906_000, 1049, vp8(92, 92))

    got = await call.got(3)

    first = got[0].sequence_number
    assert [(each.sequence_number - first) & 0xFFFF for each in got] == [0, 1, 2]
    assert [each.payload for each in got] == [vp8(7, 7, key=True), vp8(8, 8, key=True), vp8(9, 9)]
    assert call.camera.sources == [1049]
    assert call.intake.track_of(LOW) is None


async def test_another_codec_is_not_rewritten_as_vp8(call, vp8):
    call.camera._codecs[98] = Codec("h264", 90_000, 102, 103)
    picture = b"\x65" + bytes(range(20))
    call.forward.choose(0)
    await call.send(1, 0, LOW, vp8(1, 1, key=True), rid=b"l")
    call.forward.choose(None)
    call.forward.choose(0)
    await call.send(5, 9000, LOW, vp8(5, 5, key=True))
    await call.send(6, 12_000, LOW, picture, payload_type=98)

    got = await call.got(3)

    assert [each.payload for each in got] == [vp8(1, 1, key=True), vp8(2, 2, key=True), picture]


async def test_names_that_nobody_uses_are_forgotten(engine, certificate, peer):
    transport = engine.transport(certificate)
    await peer.listen()
    await peer.ask(transport.ufrag, transport.pwd)
    used = transport.ufrag

    for _ in range(20):
        transport.restart()

    assert len(engine._by_ufrag) == MOST_OFFERED + 2
    assert engine.knows(used)
    assert engine.knows(transport.ufrag)


async def test_what_nobody_takes_is_not_remembered(engine, peer, certificate, rtp):
    transport, got = engine.transport(certificate), []
    await peer.connect(transport, certificate)
    datagram = peer.dtls._tx_srtp.protect(rtp(1, 0, 42, b"hello"))
    peer.endpoint.sendto(datagram)
    await peer.ask(transport.ufrag, transport.pwd)

    transport.on_rtp = lambda view, length: got.append(bytes(view[12:length]))
    peer.endpoint.sendto(datagram)

    async def came():
        return got

    await eventually(came)
    assert got == [b"hello"]
