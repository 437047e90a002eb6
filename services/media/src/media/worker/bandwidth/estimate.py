"""The estimate: falls with delay and loss, rises by trying."""

from media.worker.bandwidth.acknowledged import Acknowledged
from media.worker.bandwidth.gradient import Gradient
from media.worker.bandwidth.probing import TIMES, Probing
from media.worker.rtcp import TransportFeedback

START = 500_000.0
LOWEST = 50_000.0
"""Sound always goes through: a connection that cannot carry it carries no call."""
HIGHEST = 20_000_000.0
RISE = 1.08
"""Per second, while what is sent comes without delay (GCC section 5.5)."""
BEYOND = 1.5
"""How far above what arrives the estimate rises without a probe."""
DECREASE = 0.85
"""Share of what arrived that is kept when delay grows."""
LITTLE_LOSS, MUCH_LOSS = 0.02, 0.10
"""Below the first it rises, above the second it falls (GCC section 6)."""
LOSS_OVER = 0.5
"""Seconds over which loss is measured."""
LOSS_OF = 20
"""Packets of which, at least."""
SETTLES = 0.3
"""Seconds and a round trip after a decrease until another may follow: the queue drains first."""
SILENCE = 1.0
"""Seconds without feedback on what was sent, after which the estimate halves each second."""
LIMITED = 0.8
"""Share of the estimate below which what is sent does not try the connection."""


class Bandwidth:
    """What one subscriber's connection carries, in bit/s.

    Feedback for the transport decides; as long as none ever came, REMB does.
    """

    def __init__(self) -> None:
        self.round_trip = 0.1
        """Seconds, smoothed, with the time the receiver gathers feedback."""
        self._acknowledged = Acknowledged()
        self._gradient = Gradient()
        self._probing = Probing()
        self._estimate = START
        self._at: float | None = None
        """When feedback came last."""
        self._waiting_since: float | None = None
        self._decreased_at = float("-inf")
        self._loss = 0.0
        self._loss_at = 0.0

    def sent(self, number: int, at: float, length: int) -> None:
        """A packet with this transport-wide number left, be it media, RTX or padding."""
        self._acknowledged.sent(number, at, length)
        self._probing.sent(at, length)
        if self._waiting_since is None:
            self._waiting_since = at

    def estimate(self, now: float) -> float:
        if self._at is None or self._waiting_since is None:
            return self._estimate
        silent = now - self._waiting_since - SILENCE
        return max(LOWEST, self._estimate * 0.5**silent) if silent > 0 else self._estimate

    @property
    def limited(self) -> bool:
        """Whether less is sent than the estimate allows, so that only a probe can raise it."""
        return self._acknowledged.bitrate < LIMITED * self._estimate

    def remb(self, bitrate: float) -> None:
        """What the receiver says it takes; ignored once it sends feedback for the transport."""
        if self._at is None:
            self._estimate = min(max(bitrate, LOWEST), HIGHEST)

    def feedback(self, feedback: TransportFeedback, at: float) -> None:
        found = self._acknowledged.read(feedback)
        self._gradient.read(found)
        if self._probing.tries:
            self._probing.read(found)
        passed = min(at - self._at, 1.0) if self._at is not None else 0.0
        if not found:
            return
        newest = max(sent for sent, _, _ in found)
        self._at = at
        self._waiting_since = None
        self.round_trip += 0.1 * (max(at - newest, 0.001) - self.round_trip)
        self._measure_loss(at)
        self._control(passed, at)
        self._end_probe(newest, at)

    def probe(self, now: float, wanted: float) -> int:
        """Octets of padding to send now; asked for every 20 ms.

        `wanted` is what would be sent if there were room, in bit/s: beyond it nothing is
        tried. Padding is RTX of packets the receiver has, so that it is fed back.
        """
        if self._at is not None and wanted > self._estimate and self._gradient.usage != "over":
            self._probing.begin(min(TIMES * self._estimate, 1.2 * wanted, HIGHEST), now)
        return self._probing.padding(now)

    def _end_probe(self, newest: float, at: float) -> None:
        found = self._probing.found(newest, at)
        if found is None:
            return
        if found.full:
            self._decreased_at = at  # what the probe queued says nothing about the estimate
        if found.bitrate > self._estimate:
            self._estimate = min(found.bitrate, HIGHEST)
        elif found.full:
            self._decrease(found.bitrate, at)

    def _measure_loss(self, at: float) -> None:
        seen = self._acknowledged
        if at - self._loss_at >= LOSS_OVER and seen.told >= LOSS_OF:
            self._loss = seen.lost / seen.told
            seen.lost = seen.told = 0
            self._loss_at = at
            if self._loss > MUCH_LOSS and self._settled(at):
                self._decrease(self._estimate * (1 - 0.5 * self._loss), at)

    def _control(self, passed: float, at: float) -> None:
        arrived = self._acknowledged.bitrate
        if self._gradient.usage == "over":
            if self._settled(at) and not self._probing.tries:
                self._decrease(DECREASE * arrived, at)
        elif self._gradient.usage == "normal" and self._loss < LITTLE_LOSS:
            beyond = max(self._estimate, BEYOND * arrived + 10_000)
            self._estimate = min(self._estimate * RISE**passed, beyond, HIGHEST)

    def _settled(self, at: float) -> bool:
        return at - self._decreased_at > self.round_trip + SETTLES

    def _decrease(self, to: float, at: float) -> None:
        self._estimate = max(LOWEST, min(self._estimate, to))
        self._decreased_at = at
        self._probing.postpone(at)
