"""How good what a peer gets may be: what its connection carries, shared among what it wants."""

from collections.abc import Iterable, Mapping

from common.forwarding import Want
from media.worker import rtcp
from media.worker.bandwidth import Bandwidth
from media.worker.forward import Forward
from media.worker.layers import Encoding, Layers, Watched
from media.worker.names import TrackName
from media.worker.transport import REMEMBERED, Transport

UNMEASURED = 20_000_000.0
"""Bit/s that are supposed where the client tells nothing about what arrives."""

LEAST = 300_000.0
"""Bit/s that are given away whatever the estimate says: with every video paused nothing would
be sent that could prove that the connection carries more, and they would stay paused."""


class Quality:
    """Decides about one subscriber's connection."""

    def __init__(self, transport: Transport) -> None:
        self.round_trip = 0.1
        """Seconds."""
        self.is_measured = True
        """Whether the client promised to tell what arrives."""
        self._transport = transport
        self._bandwidth = Bandwidth()
        self._layers = Layers()
        self._noted = transport.number
        self._wanted = 0.0
        """Bit/s that would be sent if there were room for everything."""

    def told(self, packet: rtcp.Remb | rtcp.TransportFeedback, now: float) -> None:
        """Take what the client says of what arrives."""
        self.is_measured = True
        if isinstance(packet, rtcp.Remb):
            self._bandwidth.remb(packet.bitrate)
        else:
            self._note_sent()
            self._bandwidth.feedback(packet, now)

    def share(
        self, forwards: Mapping[TrackName, Forward], wants: Mapping[TrackName, Want], now: float
    ) -> None:
        """Choose the layer of every video among these."""
        watched = [
            Watched(name.peer_id, name.kind, wants[name].height, _encodings(forward))
            for name, forward in forwards.items()
        ]
        self._wanted = sum(
            each.encodings[each.useful[-1]].bitrate for each in watched if each.useful
        )
        estimate = self._bandwidth.estimate(now) if self.is_measured else UNMEASURED
        estimate = max(estimate, LEAST)
        chosen = self._layers.decide(watched, estimate=estimate, now=now)
        for name, forward in forwards.items():
            if name.kind != "audio":
                forward.choose(chosen[name])

    def probe(self, forwards: Iterable[Forward], now: float) -> None:
        """Send more than there is to send for a moment, when more is wanted than was proven."""
        if not self.is_measured:
            return
        self._note_sent()
        octets = self._bandwidth.probe(now, self._wanted)
        for forward in forwards if octets > 0 else ():
            while octets > 0 and (sent := forward.probe()):
                octets -= sent

    def _note_sent(self) -> None:
        """Tell the estimate what was sent since the last time: not on the hot path."""
        transport, noted = self._transport, self._noted
        while noted != transport.number:
            noted = noted + 1 & 0xFFFF
            place = noted % REMEMBERED
            self._bandwidth.sent(noted, transport.sent_at[place], transport.sent_bytes[place])
        self._noted = noted


def _encodings(forward: Forward) -> tuple[Encoding, ...]:
    return tuple(Encoding(layer.bitrate) for layer in forward.track.layers)
