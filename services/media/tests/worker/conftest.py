import asyncio
import secrets
import socket
import struct
from collections.abc import AsyncIterator

import pytest
from aioice import stun
from aiortc import RTCCertificate, RTCDtlsParameters, RTCDtlsTransport
from aiortc.rtp import RtpPacket

from common.testing import eventually
from media.worker.engine import Engine
from media.worker.forward import Forward
from media.worker.intake import Intake
from media.worker.mux import Mux
from media.worker.portable import Portable
from media.worker.router import Codec, Extensions, Track
from media.worker.transport import Transport

_VP8 = Codec("vp8", 90_000, 100, 101)
_OPUS = Codec("opus", 48_000, 111)
_IDS = Extensions(mid=1, rid=2, repaired_rid=3, transport_cc=4, audio_level=5)
_LOW_RTX, _VOICE = 79, 80
HOSTS = {socket.AF_INET: "127.0.0.1", socket.AF_INET6: "::1"}


class Peer(asyncio.DatagramProtocol):
    """A client's end: its own STUN by hand, DTLS and SRTP by aiortc."""

    role = "controlling"

    def __init__(self, engine: Engine, family: socket.AddressFamily = socket.AF_INET) -> None:
        self.engine = engine
        self.family = family
        self.certificate = RTCCertificate.generateCertificate()
        self.dtls = RTCDtlsTransport(self, [self.certificate])
        self.dtls._set_role("client")
        self.dtls._handle_rtp_data = self._take_rtp
        self.dtls._handle_rtcp_data = self._take_rtcp
        self.rtp: list[bytes] = []
        self.rtcp: list[bytes] = []
        self.answers: list[stun.Message] = []
        self._arrived: asyncio.Queue[bytes] = asyncio.Queue()
        self.endpoint: asyncio.DatagramTransport | None = None

    async def listen(self) -> None:
        """Take a socket of its own, and another one when it is done again."""
        if self.endpoint is not None:
            self.endpoint.close()
        loop = asyncio.get_running_loop()
        self.endpoint, _ = await loop.create_datagram_endpoint(
            lambda: self,
            local_addr=(HOSTS[self.family], 0),
            remote_addr=(HOSTS[self.family], self.engine.port),
        )
        plain = self.endpoint.get_extra_info("socket")
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)  # for whole bursts

    async def ask(self, ufrag: str, pwd: str, *, nominate: bool = True) -> stun.Message:
        """One binding request, and its answer."""
        before = len(self.answers)
        self.endpoint.sendto(binding(f"{ufrag}:theirs", pwd, nominate=nominate))

        async def answered() -> bool:
            return len(self.answers) > before

        await eventually(answered)
        return self.answers[-1]

    async def connect(self, transport: Transport, certificate: RTCCertificate) -> None:
        """ICE and DTLS, until packets can be sent and read on both ends."""
        prints = [(each.algorithm, each.value) for each in self.certificate.getFingerprints()]
        transport.accept(prints)
        await self.listen()
        await self.ask(transport.ufrag, transport.pwd)
        await self.dtls.start(RTCDtlsParameters(certificate.getFingerprints()))

        async def connected() -> bool:
            return transport.state == "connected" and self.dtls.state == "connected"

        await eventually(connected)

    async def close(self) -> None:
        await self.dtls.stop()
        if self.endpoint is not None:
            self.endpoint.close()

    async def send(self, packet: bytes) -> None:
        """RTP or RTCP, encrypted."""
        await self.dtls._send_rtp(packet)

    async def gets(self, count: int) -> list[bytes]:
        """Everything that came, once it is so many RTP packets."""

        async def arrived() -> bool:
            return len(self.rtp) >= count

        await eventually(arrived)
        return self.rtp

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if data[0] < 4:
            self.answers.append(stun.parse_message(data))
        else:
            self._arrived.put_nowait(data)

    async def _recv(self) -> bytes:
        return await self._arrived.get()

    async def _send(self, datagram: bytes) -> None:
        self.endpoint.sendto(datagram)

    async def _take_rtp(self, data: bytes, arrival_time_ms: int) -> None:
        self.rtp.append(data)

    async def _take_rtcp(self, data: bytes) -> None:
        self.rtcp.append(data)


class Call:
    """A publisher with sound and a camera of two layers, and a subscriber."""

    def __init__(self, peers, transports, rtp):
        self.publisher, self.subscriber = peers
        self.source, self.sink = transports
        self._rtp = rtp
        self.asked, self.arrived, self.levels, self.repaired = [], [], [], []
        self.intake = Intake(self.source, _IDS)
        self.camera = Track({96: _VP8}, _IDS, clock_rate=90_000, rtx={97: 96}, rids=("l", "h"))
        self.voice = Track({111: _OPUS}, _IDS, clock_rate=48_000)
        self.camera.on_key_frame_wanted = self.asked.append
        self.camera.on_repair = lambda *what: self.repaired.append(what)
        for track in (self.camera, self.voice):
            track.on_arrival = lambda *what: self.arrived.append(what)
        self.voice.on_level = lambda level, _: self.levels.append(level)
        self.intake.add("c", self.camera)
        self.intake.add("v", self.voice, [(_VOICE, 0)])
        self.forward = Forward(self.camera, self.sink, ssrc=5, rtx_ssrc=6)

    async def send(self, sequence, timestamp, ssrc, payload, *, rid=None, **more):
        extensions = {4: struct.pack("!H", len(self.arrived))}
        if rid:
            extensions |= {1: b"c", (3 if ssrc == _LOW_RTX else 2): rid}
        extensions |= more.pop("extensions", {})
        before = self.source.engine.received
        await self.publisher.send(
            self._rtp(sequence, timestamp, ssrc, payload, extensions=extensions, **more)
        )

        async def read() -> bool:
            return self.source.engine.received > before

        await eventually(read)

    async def got(self, count):
        return [RtpPacket.parse(each) for each in await self.subscriber.gets(count)]


def binding(username: str, pwd: str, *, nominate: bool = True) -> bytes:
    """A binding request as a browser sends it."""
    attributes = {
        "USERNAME": username,
        "ICE-CONTROLLING": secrets.randbits(64),
        "PRIORITY": 1853817087,
    }
    if nominate:
        attributes["USE-CANDIDATE"] = None
    request = stun.Message(stun.Method.BINDING, stun.Class.REQUEST, attributes=attributes)
    request.add_message_integrity(pwd.encode())
    return bytes(request)


def rtp(
    sequence: int,
    timestamp: int,
    ssrc: int,
    payload: bytes,
    *,
    payload_type: int = 96,
    extensions: dict[int, bytes] | None = None,
    padding: int = 0,
) -> bytes:
    """An RTP packet (RFC 3550) with header extensions of the short form (RFC 8285)."""
    first = 0x80 | (0x10 if extensions else 0) | (0x20 if padding else 0)
    header = struct.pack("!BBHII", first, payload_type, sequence & 0xFFFF, timestamp, ssrc)
    if extensions:
        block = b"".join(
            bytes([ident << 4 | len(value) - 1]) + value for ident, value in extensions.items()
        )
        block += bytes(-len(block) % 4)
        header += struct.pack("!HH", 0xBEDE, len(block) // 4) + block
    end = bytes(padding - 1) + bytes([padding]) if padding else b""
    return header + payload + end


def vp8(picture_id: int, tl0: int, *, key: bool = False, rest: bytes = b"frame") -> bytes:
    """The first packet of a VP8 frame, with a long PictureID and TL0PICIDX (RFC 7741)."""
    descriptor = struct.pack("!BBHB", 0x90, 0xC0, 0x8000 | picture_id, tl0)
    return descriptor + (b"\x00" if key else b"\x01") + rest


@pytest.fixture(name="binding", scope="session")
def _binding():
    return binding


@pytest.fixture(name="rtp", scope="session")
def _rtp():
    return rtp


@pytest.fixture(name="vp8", scope="session")
def _vp8():
    return vp8


@pytest.fixture(scope="session")
def certificate() -> RTCCertificate:
    return RTCCertificate.generateCertificate()


@pytest.fixture(params=[Mux, Portable], ids=["mux", "portable"])
async def engine(request: pytest.FixtureRequest) -> AsyncIterator[Engine]:
    """An engine of each kind, on loopback."""
    engine = request.param()
    await engine.open("127.0.0.1", 0)
    yield engine
    await engine.close()


@pytest.fixture
async def peer(engine: Engine) -> AsyncIterator[Peer]:
    peer = Peer(engine)
    yield peer
    await peer.close()


@pytest.fixture
async def other_peer(engine: Engine) -> AsyncIterator[Peer]:
    peer = Peer(engine)
    yield peer
    await peer.close()


@pytest.fixture(scope="session")
def new_peer() -> type[Peer]:
    """For tests that open their own engine."""
    return Peer


@pytest.fixture
async def call(engine, peer, other_peer, certificate, rtp):
    source, sink = engine.transport(certificate), engine.transport(certificate)
    await peer.connect(source, certificate)
    await other_peer.connect(sink, certificate)
    return Call((peer, other_peer), (source, sink), rtp)
