"""One connection to a server that forwards: a socket of its own, ICE, DTLS, keys for SRTP."""

import asyncio
import secrets
import socket
from dataclasses import dataclass
from typing import Any

from aioice import stun
from aiortc.rtcdtlstransport import (
    RTCCertificate,
    RTCDtlsFingerprint,
    RTCDtlsParameters,
    RTCDtlsTransport,
)
from bench.media import datagrams

PATIENCE = 15.0
"""Seconds until a connection has to stand."""
_AGAIN = 0.25
_BUFFER = 2 << 20


def own_address() -> str:
    """This machine's address, by which packets to itself go too; Janus refuses loopback's."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


class NotConnected(Exception):  # noqa: N818 - a server did not answer
    """A benchmark cannot go on without this connection."""


@dataclass(frozen=True, slots=True)
class Remote:
    """The server's end, as its description tells it."""

    address: tuple[str, int]
    ufrag: str
    pwd: str
    fingerprints: tuple[tuple[str, str], ...]
    is_active: bool
    """Whether it begins the handshake."""
    is_controlling: bool
    """Whether it decides which way is taken, in ICE; not if it is lite, or has not offered."""


class Leg:
    """ICE with one candidate on either side: as little of RFC 8445 as there is to do then."""

    role = "controlling"
    """What aiortc wants to know; the part in DTLS does not follow from it here."""

    def __init__(self, certificate: RTCCertificate, *, tells_arrivals: bool = True) -> None:
        self.tells_arrivals = tells_arrivals
        """Whether it answers with TWCC where that is offered."""
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        self.address = own_address()
        self.socket.bind((self.address, 0))
        datagrams.stamped(self.socket, buffer=_BUFFER)
        self.ufrag = secrets.token_hex(4)
        self.pwd = secrets.token_hex(12)
        self.fingerprint = certificate.getFingerprints()[0].value
        self.check = b""
        """A binding request; sent again it renews the consent (RFC 7675)."""
        self._answered = asyncio.Event()
        self._handshake: asyncio.Queue[bytes] = asyncio.Queue()
        self._dtls = RTCDtlsTransport(self, [certificate])  # type: ignore[arg-type]

    @property
    def port(self) -> int:
        return int(self.socket.getsockname()[1])

    @property
    def profile(self) -> str:
        """How packets are encrypted."""
        return self._dtls._ssl.get_selected_srtp_profile().decode()  # type: ignore[union-attr] # noqa: SLF001

    @property
    def sending(self) -> Any:
        """The context of libsrtp for what is sent."""
        return self._dtls._tx_srtp._srtp[0]  # noqa: SLF001

    @property
    def receiving(self) -> Any:
        """The context of libsrtp for what comes."""
        return self._dtls._rx_srtp._srtp[0]  # noqa: SLF001

    async def connect(self, remote: Remote) -> None:
        """Raises `NotConnected`."""
        self.socket.connect(remote.address)
        self.check = self._request(remote)
        loop = asyncio.get_running_loop()
        loop.add_reader(self.socket, self._read)
        try:
            async with asyncio.timeout(PATIENCE):
                await self._find_a_way()
                checking = asyncio.create_task(self._keep_checking())
                try:
                    await self._shake_hands(remote)
                finally:
                    checking.cancel()
        except TimeoutError:
            step = "DTLS" if self._answered.is_set() else "ICE"
            raise NotConnected(f"no {step} with {remote.address}") from None
        finally:
            loop.remove_reader(self.socket)

    async def close(self) -> None:
        """Say goodbye in DTLS and give the socket back."""
        await self._dtls.stop()
        self.socket.close()

    async def _find_a_way(self) -> None:
        while not self._answered.is_set():
            self.socket.send(self.check)
            try:
                async with asyncio.timeout(_AGAIN):
                    await self._answered.wait()
            except TimeoutError:
                continue

    async def _keep_checking(self) -> None:
        """A nomination that comes before the other side is ready for it is lost."""
        while True:
            self.socket.send(self.check)
            await asyncio.sleep(_AGAIN)

    async def _shake_hands(self, remote: Remote) -> None:
        self._dtls._set_role("server" if remote.is_active else "client")  # noqa: SLF001
        prints = [RTCDtlsFingerprint(name, value) for name, value in remote.fingerprints]
        await self._dtls.start(RTCDtlsParameters(prints))
        if self._dtls.state != "connected":
            raise NotConnected(f"DTLS with {remote.address} {self._dtls.state}")
        # From here on the socket is read in batches, by somebody else.
        assert self._dtls._task is not None  # noqa: SLF001
        self._dtls._task.cancel()  # noqa: SLF001
        self._dtls._task = None  # noqa: SLF001

    def _request(self, remote: Remote) -> bytes:
        attributes: dict[str, Any] = {
            "USERNAME": f"{remote.ufrag}:{self.ufrag}",
            "PRIORITY": 126 << 24 | 65535 << 8 | 255,
        }
        if remote.is_controlling:
            attributes["ICE-CONTROLLED"] = secrets.randbits(64)
        else:
            attributes |= {"ICE-CONTROLLING": secrets.randbits(64), "USE-CANDIDATE": None}
        message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST, attributes=attributes)
        message.add_message_integrity(remote.pwd.encode())
        return bytes(message)

    def _read(self) -> None:
        while True:
            try:
                datagram = self.socket.recv(datagrams.SIZE)
            except (BlockingIOError, ConnectionRefusedError):
                return
            if datagram[0] in range(20, 64):
                self._handshake.put_nowait(datagram)
            elif datagram[0] < 4:
                self._take(stun.parse_message(datagram))

    def _take(self, message: stun.Message) -> None:
        if message.message_class == stun.Class.RESPONSE:
            self._answered.set()
        elif message.message_class == stun.Class.REQUEST:
            address = self.socket.getpeername()
            response = stun.Message(
                stun.Method.BINDING,
                stun.Class.RESPONSE,
                transaction_id=message.transaction_id,
                attributes={"XOR-MAPPED-ADDRESS": address},
            )
            response.add_message_integrity(self.pwd.encode())
            self.socket.send(bytes(response))

    # What aiortc's DTLS needs of its ICE transport.

    async def _recv(self) -> bytes:
        return await self._handshake.get()

    async def _send(self, data: bytes) -> None:
        self.socket.send(data)
