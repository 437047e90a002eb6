"""One of the two connections of a peer, with what descriptions say of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic

from aiortc import RTCCertificate

from media.worker.engine import Engine
from media.worker.sdp.grammar import Remote
from media.worker.sdp.local import Local

SILENT_FOR = 15.0
"""Seconds without a STUN request after which a connection is over (RFC 7675 asks for 30)."""


@dataclass(frozen=True, slots=True)
class Site:
    """What all connections of a worker have in common."""

    engine: Engine
    addresses: Sequence[str]
    """At which clients reach it, the preferred first."""


class Connection:
    """A transport and both its ends."""

    def __init__(self, site: Site) -> None:
        # One certificate for each: that it is another one tells the client to begin anew.
        certificate = RTCCertificate.generateCertificate()
        prints = {each.algorithm: each.value for each in certificate.getFingerprints()}
        self.transport = site.engine.transport(certificate)
        self._site = site
        self._fingerprint = prints["sha-256"]
        self._remote: Remote | None = None
        self._awaited_since = monotonic()

    def local(self) -> Local:
        """What our next description says."""
        return Local(
            self.transport.ufrag,
            self.transport.pwd,
            self._fingerprint,
            self._site.addresses,
            self._site.engine.port,
        )

    def belongs_to(self, remote: Remote) -> bool:
        """Whether the other end is the same as before, or was not known yet."""
        known = self._remote
        return known is None or set(known.fingerprints) == set(remote.fingerprints)

    def moved(self, remote: Remote) -> bool:
        """Whether the same other end has new credentials: it looks for a new way."""
        known = self._remote
        return known is not None and known.ufrag != remote.ufrag

    def meet(self, remote: Remote) -> None:
        """Take note of the other end, and wait for it when it is the first time."""
        is_first, self._remote = self._remote is None, remote
        if is_first:
            self.transport.accept(list(remote.fingerprints))

    def restart(self) -> None:
        """Get new credentials; what is connected goes on until the client uses them."""
        self._awaited_since = monotonic()
        self.transport.restart()

    @property
    def is_over(self) -> bool:
        """Whether nobody is at the other end any more."""
        transport = self.transport
        heard = max(transport.heard_at, self._awaited_since)
        return transport.state in ("failed", "closed") or monotonic() - heard > SILENT_FOR
