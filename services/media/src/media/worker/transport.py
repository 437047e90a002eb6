"""One peer's connection: ICE-lite, DTLS by aiortc, SRTP in place by libsrtp.

The only module that uses names of aiortc and pylibsrtp that are private; both are pinned
exactly, and tests/worker/test_contract.py says what is relied on.
"""

from __future__ import annotations

import asyncio
import secrets
import socket
from collections.abc import Callable, Hashable
from contextlib import suppress
from struct import Struct
from time import monotonic
from typing import TYPE_CHECKING, Literal, cast

from aiortc import (
    RTCCertificate,
    RTCDtlsFingerprint,
    RTCDtlsParameters,
    RTCDtlsTransport,
    RTCIceTransport,
)
from pylibsrtp._binding import lib

from media.worker.ice import Ice

if TYPE_CHECKING:
    from media.worker.batch import Batch, Destination
    from media.worker.engine import Engine

State = Literal["new", "connecting", "connected", "failed", "closed"]

HANDSHAKE_WITHIN = 15.0
"""Seconds from `Transport.accept` to the first packet that can be read."""
SILENT_AFTER = 6.0
"""Seconds without a request after which another authenticated address is taken over."""
MOST_ADDRESSES = 8
"""Addresses of one client that are listened to at the same time."""
MOST_OFFERED = 3
"""Names that were offered and not used yet: a client may ask for new ones without end."""
MOST_REPORTERS = 64
"""SSRCs that may send RTCP over one transport: libsrtp remembers each of them."""
MOST_SENT = 1800
"""Bytes of a packet that is sent: with its SRTP trailer it fits into a slot."""
REMEMBERED = 4096
"""Transport-wide numbers for which the time and the size are kept."""

_protect = lib.srtp_protect
_protect_rtcp = lib.srtp_protect_rtcp
_unprotect = lib.srtp_unprotect
_unprotect_rtcp = lib.srtp_unprotect_rtcp
_ssrc_at = Struct("!I").unpack_from


def _nothing(*_: object) -> None:
    """Stand where nobody listens yet."""


class Transport:
    """One peer's connection to the worker's port."""

    def __init__(self, engine: Engine, certificate: RTCCertificate) -> None:
        self.engine = engine
        self.state: State = "new"
        self.heard_at = 0.0
        """Loop time of the last valid STUN request: the client's consent (RFC 7675)."""
        self.on_state: Callable[[], None] = _nothing
        """Called when the state changed, except by `close`."""
        self.on_rtp: Callable[[memoryview, int], None] = self._drop
        """A decrypted RTP packet and its length; the view holds it only during the call."""
        self.on_rtcp: Callable[[bytes], None] = _nothing
        """A decrypted compound packet."""
        self.number = 0
        """The transport-wide number of the newest packet sent."""
        self.sent_at = [0.0] * REMEMBERED
        """Loop time at which a number was sent, at `number % REMEMBERED`."""
        self.sent_bytes = [0] * REMEMBERED
        """Size of the datagram that had a number, at `number % REMEMBERED`."""
        self.is_sending = False
        """Whether `room` and `queue` may be used."""
        self._is_closed = False
        self._outgoing = engine.outgoing
        self._destination: Destination = ()
        self._address: Hashable = None
        self._addresses: dict[Hashable, float] = {}
        self._reporters: set[int] = set()
        self._passwords: dict[str, str] = {}
        self._used = ""  # the name in the newest request
        self._inbound = self._outbound = None
        self._ice = Ice(self._send_plain)
        self._dtls = RTCDtlsTransport(cast(RTCIceTransport, self._ice), [certificate])
        self._dtls._set_role("server")
        self._dtls.on("statechange", self._dtls_changed)
        self._starting: asyncio.Task[None] | None = None
        self._name()

    # --- what the room asks for

    def accept(self, fingerprints: list[tuple[str, str]]) -> None:
        """Start with what the peer's description says: `(algorithm, value)` per fingerprint."""
        peer = RTCDtlsParameters([RTCDtlsFingerprint(*each) for each in fingerprints])
        self._become("connecting")
        self._starting = asyncio.get_running_loop().create_task(self._start(peer))

    def restart(self) -> None:
        """Take new local credentials; what is connected goes on, also with the old ones,
        until the client uses the new ones (RFC 8445 section 9).
        """
        self._name()

    def send_rtcp(self, packet: bytes) -> None:
        """Send a compound packet; nothing happens while the transport is not connected."""
        if not self.is_sending or len(packet) > MOST_SENT:
            return
        view = self.room()
        view[: len(packet)] = packet
        outgoing = self._outgoing
        slot = outgoing.used
        outgoing.lengths[slot][0] = len(packet)
        if _protect_rtcp(self._outbound, outgoing.pointers[slot], outgoing.lengths[slot]) == 0:
            outgoing.to[slot] = self._destination
            outgoing.used = slot + 1
        self.engine.flush_soon()

    def send_rtp(self, packet: bytes) -> None:
        """Send one whole RTP packet: the slow way, for what is rare."""
        if not self.is_sending or len(packet) > MOST_SENT:
            return
        self.engine.now = monotonic()
        self.room()[: len(packet)] = packet
        self.queue(len(packet))
        self.engine.flush_soon()

    def close(self) -> None:
        """Say goodbye, and send and take nothing more."""
        if self._is_closed:
            return
        self._is_closed = True
        self.state = "closed"
        self._cut()
        if self._starting is not None:
            self._starting.cancel()
        for ufrag in self._passwords:
            self.engine.unname(ufrag)
        for address in self._addresses:
            self.engine.drop_address(address)
        farewell = asyncio.get_running_loop().create_task(self._dtls.stop())
        self.engine.stopping.add(farewell)
        farewell.add_done_callback(self.engine.stopping.discard)

    # --- the fast way, for Forward

    def room(self) -> memoryview:
        """Return the memory for the next packet; `queue` sends what was written there."""
        outgoing = self._outgoing
        if outgoing.used == outgoing.size:
            self.engine.flush()
        return outgoing.views[outgoing.used]

    def queue(self, length: int) -> None:
        """Protect the packet written to `room` in place, and send it with the next flush.

        It is remembered under the transport-wide number that `number` says.
        """
        outgoing = self._outgoing
        slot = outgoing.used
        size = outgoing.lengths[slot]
        size[0] = length
        if _protect(self._outbound, outgoing.pointers[slot], size) == 0:
            outgoing.to[slot] = self._destination
            outgoing.used = slot + 1
            place = self.number % REMEMBERED
            self.sent_at[place] = self.engine.now
            self.sent_bytes[place] = length

    def forget(self, ssrc: int) -> None:
        """Let libsrtp forget a source of the peer's that comes no more."""
        if self._inbound is not None:
            lib.srtp_remove_stream(self._inbound, socket.htonl(ssrc))

    def retire(self, ssrc: int) -> None:
        """Let libsrtp forget a source of ours; the peer's, apart, may have the same number."""
        if self._outbound is not None:
            lib.srtp_remove_stream(self._outbound, socket.htonl(ssrc))

    # --- what the engine delivers

    def take(self, batch: Batch, slot: int) -> None:
        """Take a datagram that came from one of this transport's addresses."""
        view = batch.views[slot]
        if view[0] < 128:
            if 20 <= view[0] < 64:
                self._ice.take(bytes(view[: batch.lengths[slot][0]]))
        elif self._inbound is None or view[0] > 191:
            return
        elif 192 <= view[1] < 224:
            self._take_rtcp(batch, slot, view)
        elif _unprotect(self._inbound, batch.pointers[slot], batch.lengths[slot]) == 0:
            self.on_rtp(view, batch.lengths[slot][0])

    def _take_rtcp(self, batch: Batch, slot: int, view: memoryview) -> None:
        reporter: int = _ssrc_at(view, 4)[0]
        known = reporter in self._reporters
        if not known and len(self._reporters) >= MOST_REPORTERS:
            return
        if _unprotect_rtcp(self._inbound, batch.pointers[slot], batch.lengths[slot]) == 0:
            self._reporters.add(reporter)
            self.on_rtcp(bytes(view[: batch.lengths[slot][0]]))

    def password_of(self, ufrag: str) -> str:
        """The password that goes with one of this transport's names."""
        return self._passwords[ufrag]

    def requested(
        self, ufrag: str, address: Hashable, destination: Destination, *, nominated: bool
    ) -> None:
        """Take note of a request that proved to come from the peer.

        What we send goes to the address that the client nominated last, and to another one
        only when nothing was heard from there any more: a client whose address changed need
        not know it.
        """
        now = self.engine.now
        self.heard_at, self._used = now, ufrag
        if ufrag == self.ufrag:
            for old in [each for each in self._passwords if each != ufrag]:
                del self._passwords[old]
                self.engine.unname(old)
        if address not in self._addresses and len(self._addresses) >= MOST_ADDRESSES:
            others = [each for each in self._addresses if each != self._address]
            oldest = min(others, key=self._addresses.__getitem__)
            self.engine.drop_address(oldest)
            del self._addresses[oldest]
        self.engine.take_address(address, self)
        self._addresses[address] = now
        heard_there = self._addresses.get(self._address, float("-inf"))
        if nominated or now - heard_there > SILENT_AFTER:
            self._address, self._destination = address, destination

    def lose(self, address: Hashable) -> None:
        """Note that another transport proved to be at this address now."""
        self._addresses.pop(address, None)

    # --- inside

    def _name(self) -> None:
        self.ufrag = secrets.token_hex(4)
        while self.engine.knows(self.ufrag):
            self.ufrag = secrets.token_hex(4)
        self.pwd = self._passwords[self.ufrag] = secrets.token_hex(16)
        self.engine.name(self.ufrag, self)
        others = [each for each in self._passwords if each not in {self.ufrag, self._used}]
        for old in others[:-MOST_OFFERED]:
            del self._passwords[old]
            self.engine.unname(old)

    async def _start(self, peer: RTCDtlsParameters) -> None:
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(HANDSHAKE_WITHIN):
                    await self._ice.begun.wait()
                    await self.engine.turn()
                    await self._dtls.start(peer)
        finally:
            if self.state == "connecting":
                self._become("failed")

    def _dtls_changed(self) -> None:
        if self.state in {"failed", "closed"}:
            return
        match self._dtls.state:
            case "connected":
                self._inbound = self._dtls._rx_srtp._srtp[0]
                self._outbound = self._dtls._tx_srtp._srtp[0]
                self.is_sending = True
                self._become("connected")
            case "failed":
                self._become("failed")
            case "closed":
                self._cut()
                self._become("closed")

    def _become(self, state: State) -> None:
        if state != self.state:
            self.state = state
            self.on_state()

    def _drop(self, packet: memoryview, _: int) -> None:
        """Take nothing where nobody listens: libsrtp would remember each source."""
        self.forget(_ssrc_at(packet, 8)[0])

    def _send_plain(self, datagram: bytes) -> None:
        if self._destination:
            self.engine.queue(datagram, self._destination)

    def _cut(self) -> None:
        self._inbound = self._outbound = None
        self.is_sending = False
