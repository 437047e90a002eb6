import asyncio
import random
import socket

import pytest
from aioice import Candidate, Connection
from aiortc import RTCCertificate, RTCDtlsParameters, RTCDtlsTransport

from common.testing import eventually
from media.worker import transport as module
from media.worker.engine import HANDSHAKES_APART
from media.worker.mux import Mux

RTCP = b"\x80\xc9\x00\x01\x00\x00\x00\x2a"


async def until(look):
    async def seen():
        return look()

    return await eventually(seen)


@pytest.fixture
async def transport(engine, peer, certificate):
    """A connected one; what it gets is in `got` and `heard`."""
    transport = engine.transport(certificate)
    transport.got, transport.heard = [], []
    transport.on_rtp = lambda view, length: transport.got.append(bytes(view[:length]))
    transport.on_rtcp = transport.heard.append
    await peer.connect(transport, certificate)
    return transport


@pytest.fixture
def stranger(engine):
    """A socket of somebody who knows nothing but the port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.connect(("127.0.0.1", engine.port))
        yield stranger


async def test_packets_go_both_ways_encrypted(transport, peer, rtp):
    packet = rtp(7, 1000, 42, b"hello")

    await peer.send(packet)
    await peer.send(RTCP)
    await until(lambda: transport.got and transport.heard)
    transport.send_rtp(packet)
    transport.send_rtcp(RTCP)
    await until(lambda: peer.rtp and peer.rtcp)

    assert transport.got == peer.rtp == [packet]
    assert transport.heard == peer.rtcp == [RTCP]


async def test_the_size_and_the_time_of_what_was_sent_is_kept_by_its_number(transport, peer, rtp):
    transport.number = 9

    transport.send_rtp(rtp(7, 1000, 42, b"hello"))
    await peer.gets(1)

    assert transport.sent_bytes[9] == 17
    assert transport.sent_at[9] == transport.engine.now


async def test_whoever_is_not_who_the_description_says_does_not_connect(engine, peer, certificate):
    transport = engine.transport(certificate)
    states = []
    transport.on_state = lambda: states.append(transport.state)
    stranger = RTCCertificate.generateCertificate().getFingerprints()[0]

    transport.accept([(stranger.algorithm, stranger.value)])
    await peer.listen()
    await peer.ask(transport.ufrag, transport.pwd)
    await peer.dtls.start(RTCDtlsParameters(certificate.getFingerprints()))
    await until(lambda: transport.state == "failed")

    assert states == ["connecting", "failed"]
    assert not transport.is_sending


async def test_a_handshake_that_never_comes_is_given_up(engine, certificate, monkeypatch):
    monkeypatch.setattr(module, "HANDSHAKE_WITHIN", 0.05)
    transport = engine.transport(certificate)

    transport.accept([("sha-256", "AA")])

    await until(lambda: transport.state == "failed")


async def test_a_client_says_goodbye(transport, peer):
    await peer.dtls.stop()

    await until(lambda: transport.state == "closed")
    assert not transport.is_sending


async def test_we_say_goodbye_and_answer_no_more(engine, transport, peer):
    transport.close()
    transport.close()
    transport.send_rtp(b"\x80" + bytes(20))

    await until(lambda: peer.dtls.state == "closed")
    assert transport.state == "closed"
    assert not engine.knows(transport.ufrag)
    assert peer.rtp == []


async def test_a_client_that_moves_goes_on_from_its_new_address(transport, peer, rtp):
    await peer.send(rtp(1, 0, 42, b"before"))
    await until(lambda: transport.got)

    await peer.listen()
    await peer.send(rtp(2, 0, 42, b"unknown yet"))
    await peer.ask(transport.ufrag, transport.pwd)
    await peer.send(rtp(3, 0, 42, b"after"))
    await until(lambda: len(transport.got) == 2)
    transport.send_rtp(rtp(1, 0, 43, b"to there"))

    assert [packet[12:] for packet in transport.got] == [b"before", b"after"]
    assert (await peer.gets(1))[0][12:] == b"to there"


async def test_an_address_is_not_left_for_one_that_was_not_chosen(transport, peer, other_peer, rtp):
    await other_peer.listen()
    await other_peer.ask(transport.ufrag, transport.pwd, nominate=False)

    transport.send_rtp(rtp(1, 0, 43, b"to the first"))

    assert (await peer.gets(1))[0][12:] == b"to the first"
    assert other_peer._arrived.empty()


async def test_a_silent_address_is_left_for_any_that_is_heard(
    transport, peer, other_peer, monkeypatch
):
    monkeypatch.setattr(module, "SILENT_AFTER", -1.0)
    await other_peer.listen()

    await other_peer.ask(transport.ufrag, transport.pwd, nominate=False)
    transport.send_rtcp(RTCP)

    await until(lambda: not other_peer._arrived.empty())


async def test_of_many_addresses_the_oldest_are_forgotten(engine, transport, peer):
    for _ in range(2 * module.MOST_ADDRESSES):
        await peer.listen()
        await peer.ask(transport.ufrag, transport.pwd, nominate=False)

    assert len(transport._addresses) == module.MOST_ADDRESSES
    assert len(engine._by_address) == module.MOST_ADDRESSES
    assert transport._address in transport._addresses


async def test_an_address_belongs_to_whoever_proved_to_be_there_last(
    engine, transport, peer, certificate
):
    another = engine.transport(certificate)

    await peer.ask(another.ufrag, another.pwd)

    assert set(engine._by_address.values()) == {another}
    assert transport._addresses == {}


async def test_handshakes_begin_one_after_the_other(engine):
    before = asyncio.get_running_loop().time()
    order = []

    async def begin(number):
        await engine.turn()
        order.append(number)

    await asyncio.gather(*(begin(number) for number in range(4)))

    assert order == [0, 1, 2, 3]
    assert engine._next_handshake >= before + 4 * HANDSHAKES_APART


async def test_reporters_are_bounded(transport, peer):
    for ssrc in range(module.MOST_REPORTERS + 10):
        await peer.send(RTCP[:4] + ssrc.to_bytes(4, "big"))
    await peer.send(RTCP[:4] + bytes(4))

    await until(lambda: len(transport.heard) == module.MOST_REPORTERS + 1)


async def test_garbage_changes_nothing(transport, peer, rtp, stranger):
    chance = random.Random(20)
    errors = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: errors.append(context))
    real = [peer.dtls._tx_srtp.protect(rtp(900, 0, 77, bytes(40))), RTCP, bytes(60)]

    for number in range(600):
        datagram = bytearray(chance.choice(real))
        for _ in range(chance.randrange(1, 9)):
            datagram[chance.randrange(len(datagram))] = chance.randrange(256)
        datagram[0] = chance.choice([0, 1, 3, 20, 22, 23, 63, 64, 80, 127, 128, 144, 191, 192, 255])
        stranger.send(datagram[: chance.randrange(len(datagram))])
        peer.endpoint.sendto(bytes(datagram[: chance.randrange(1, len(datagram))]))
        stranger.send(chance.randbytes(chance.choice([0, 1, 12, 100, 1400, 9000])))
        if number % 20 == 0:
            await peer.send(rtp(number // 20, 0, 42, b"speech"))
            await until(lambda count=number // 20 + 1: len(transport.got) == count)
    transport.send_rtp(rtp(1, 0, 43, b"still here"))
    asyncio.get_running_loop().set_exception_handler(None)

    assert (await peer.gets(1))[0][12:] == b"still here"
    assert transport.state == "connected"
    assert errors == []


async def test_a_bug_in_one_packet_costs_no_other(engine, transport, peer, rtp):
    def stumble(view, length):
        transport.got.append(bytes(view[12:length]))
        if len(transport.got) == 2:
            raise RuntimeError("a bug")

    transport.on_rtp = stumble
    errors = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: errors.append(context))

    for number in range(10):
        peer.endpoint.sendto(peer.dtls._tx_srtp.protect(rtp(number, 0, 42, b"%d" % number)))
    await until(lambda: len(transport.got) == 10)
    asyncio.get_running_loop().set_exception_handler(None)

    assert transport.got == [b"%d" % number for number in range(10)]
    assert len(errors) == 1


async def test_a_library_s_ice_agent_is_content(engine, certificate):
    transport = engine.transport(certificate)
    agent = Connection(ice_controlling=True, stun_server=None)
    agent.remote_is_lite = True
    await agent.gather_candidates()
    agent.remote_username, agent.remote_password = transport.ufrag, transport.pwd
    candidate = f"1 1 udp 2130706431 127.0.0.1 {engine.port} typ host"
    await agent.add_remote_candidate(Candidate.from_sdp(candidate))
    await agent.add_remote_candidate(None)
    own = RTCCertificate.generateCertificate()
    agent.role, agent._recv, agent._send = "controlling", agent.recv, agent.send
    dtls = RTCDtlsTransport(agent, [own])
    prints = own.getFingerprints()

    transport.accept([(each.algorithm, each.value) for each in prints])
    dtls._set_role("client")
    await agent.connect()
    await dtls.start(RTCDtlsParameters(certificate.getFingerprints()))
    await until(lambda: transport.state == "connected")

    assert dtls.state == "connected"
    await dtls.stop()
    await agent.close()


@pytest.mark.parametrize(
    ("host", "family"),
    [("0.0.0.0", socket.AF_INET), ("::", socket.AF_INET), ("::", socket.AF_INET6)],
)
async def test_a_port_for_all_addresses_answers_from_the_one_that_was_asked(
    host, family, certificate, new_peer, rtp
):
    engine = Mux()
    try:
        await engine.open(host, 0)
    except OSError:
        pytest.skip("this machine has no IPv6")
    transport = engine.transport(certificate)
    peer = new_peer(engine, family)

    await peer.connect(transport, certificate)
    answer = await peer.ask(transport.ufrag, transport.pwd)
    transport.send_rtp(rtp(1, 0, 43, b"hello"))
    await peer.gets(1)

    own = peer.endpoint.get_extra_info("sockname")[:2]
    assert answer.attributes["XOR-MAPPED-ADDRESS"] == own
    await peer.close()
    await engine.close()
