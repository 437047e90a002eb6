"""What a publisher's connection receives: each packet is given to its track."""

from collections.abc import Iterable
from struct import Struct

from media.worker.engine import Engine
from media.worker.extensions import Extensions, elements
from media.worker.router import Track
from media.worker.transport import Transport

_ssrc_at = Struct("!I").unpack_from


class Intake:
    """Finds tracks by SSRC, and learns SSRCs from the header extensions mid and rid."""

    def __init__(self, transport: Transport, extensions: Extensions) -> None:
        """Take over `transport.on_rtp`."""
        self._transport = transport
        self._engine: Engine = transport.engine
        self._extensions = extensions
        self._by_mid: dict[str, Track] = {}
        self._by_ssrc: dict[int, Track] = {}
        transport.on_rtp = self.take

    def add(self, mid: str, track: Track, sources: Iterable[tuple[int, int]] = ()) -> None:
        """Take a section's packets; `sources` are SSRC and RTX SSRC (or 0), if the SDP has them."""
        self._by_mid[mid] = track
        for ssrc, rtx_ssrc in sources:
            self._adopt(track, ssrc)
            if rtx_ssrc:
                self._adopt(track, rtx_ssrc, repairs=True)

    def read(self, extensions: Extensions) -> None:
        """Look for mid and rid under these ids from now on."""
        self._extensions = extensions

    def remove(self, mid: str) -> None:
        """Take no more packets of this section."""
        track = self._by_mid.pop(mid, None)
        if track is None:
            return
        for ssrc in track.sources:
            self._by_ssrc.pop(ssrc, None)
            self._transport.forget(ssrc)

    def track_of(self, ssrc: int) -> Track | None:
        """Whose source this is: for RTCP, which names nothing else."""
        return self._by_ssrc.get(ssrc)

    def take(self, packet: memoryview, length: int) -> None:
        """Take a decrypted packet; what belongs to no track is dropped."""
        ssrc: int = _ssrc_at(packet, 8)[0]
        track = self._by_ssrc.get(ssrc)
        if track is None:
            track = self._learn(packet, length, ssrc)
        if track is not None:
            track.take(packet, length, self._engine.now)

    def _learn(self, packet: memoryview, length: int, ssrc: int) -> Track | None:
        mid, rid, repaired_rid = self._names(packet, length)
        track = self._by_mid.get(mid)
        if track is not None:
            repairs = bool(repaired_rid) or track.repeats(packet[1] & 0x7F)
            if self._adopt(track, ssrc, repaired_rid or rid, repairs=repairs):
                return track
        # libsrtp would remember each source that anybody makes up.
        self._transport.forget(ssrc)
        return None

    def _adopt(self, track: Track, ssrc: int, rid: str = "", *, repairs: bool = False) -> bool:
        before = {*track.sources}
        if not track.adopt(ssrc, rid, repairs=repairs):
            return False
        for gone in before.difference(track.sources):
            self._by_ssrc.pop(gone, None)
            self._transport.forget(gone)
        self._by_ssrc[ssrc] = track
        return True

    def _names(self, packet: memoryview, length: int) -> tuple[str, str, str]:
        """What the packet says of mid, rid and repaired rid; empty where it says nothing."""
        start = 12 + 4 * (packet[0] & 0x0F)
        stop = start + 4 + 4 * (packet[start + 2] << 8 | packet[start + 3])
        if not packet[0] & 0x10 or stop > length:
            return "", "", ""
        said = {
            ident: bytes(packet[at : at + size]).decode("ascii", "replace")
            for ident, at, size in elements(packet, start, stop)
        }
        wanted = self._extensions
        return (
            said.get(wanted.mid, ""),
            said.get(wanted.rid, ""),
            said.get(wanted.repaired_rid, ""),
        )
