"""What both engines do with many datagrams, and with ones that cannot be sent."""

import socket
import struct
from pathlib import Path

from common.testing import eventually
from media.worker.engine import SENT_AT_ONCE
from media.worker.mux import SOCKET_BUFFER, Mux


def destination(engine, port):
    """Somebody on this machine, as the engine needs it."""
    if isinstance(engine, Mux):
        packed = socket.inet_aton("127.0.0.1")
        name = struct.pack("=H", socket.AF_INET) + struct.pack("!H", port) + packed + bytes(8)
        return engine._destination(name, 0)
    return engine._destination(("127.0.0.1", port), 0)


async def test_more_than_fits_into_a_batch_is_sent_from_timers_too(engine, peer, certificate, rtp):
    transport = engine.transport(certificate)
    await peer.connect(transport, certificate)
    sent = engine.sent

    for number in range(SENT_AT_ONCE + 4):
        transport.send_rtp(rtp(number, 0, 42, b"%d" % number))
    got = await peer.gets(SENT_AT_ONCE + 4)

    assert [each[12:] for each in got] == [b"%d" % number for number in range(len(got))]
    assert engine.sent == sent + len(got)


async def test_a_datagram_that_cannot_be_sent_costs_no_other(engine):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.setblocking(False)
        there = destination(engine, receiver.getsockname()[1])
        nowhere = destination(engine, 0)

        for payload, to in ((b"one", there), (b"lost", nowhere), (b"two", there)):
            engine.queue(payload, to)
        engine.flush()

        assert receiver.recv(99) == b"one"
        assert receiver.recv(99) == b"two"
    assert (engine.sent, engine.refused) == (2, 1)


async def test_what_is_too_long_for_any_network_is_not_sent(engine, peer, certificate):
    transport = engine.transport(certificate)
    await peer.connect(transport, certificate)
    sent = engine.sent

    transport.send_rtp(b"\x80" + bytes(2000))
    transport.send_rtcp(b"\x80" + bytes(2000))
    engine.flush()

    assert engine.sent == sent


async def test_the_system_is_asked_for_large_buffers(engine):
    granted = engine._socket.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)

    assert granted >= min(SOCKET_BUFFER, allowed())


def allowed():
    """What the system grants to anybody."""
    return int(Path("/proc/sys/net/core/rmem_max").read_text())


async def test_a_burst_is_read_whole(engine, peer, certificate, rtp):
    transport = engine.transport(certificate)
    await peer.connect(transport, certificate)
    got = []
    transport.on_rtp = lambda view, length: got.append(bytes(view[12:length]))

    for number in range(200):
        peer.endpoint.sendto(peer.dtls._tx_srtp.protect(rtp(number, 0, 42, b"%d" % number)))

    async def read() -> bool:
        return len(got) == 200

    await eventually(read)
    assert got == [b"%d" % number for number in range(200)]
