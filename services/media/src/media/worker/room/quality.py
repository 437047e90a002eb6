"""How good what a peer gets may be: what its connection carries, shared among what it wants."""

from collections.abc import Iterable, Mapping

from common.forwarding import Want
from media.worker import rtcp
from media.worker.bandwidth import Bandwidth
from media.worker.forward import Forward
from media.worker.layers import Encoding, Layers, Watched
from media.worker.names import TrackName
from media.worker.transport import REMEMBERED, Transport

_FALLEN = 0.95
UNMEASURED = 20_000_000.0
"""Bit/s that are supposed where the client tells nothing about what arrives."""
LEAST = 300_000.0
"""Bit/s that are given away whatever the estimate says: with every video paused nothing would
be sent that could prove that the connection carries more, and they would stay paused."""
PROBED_AT_ONCE = 100
"""Packets: more than `HIGHEST` needs, unless they are small; the loop is everybody's."""
TRIED_AGAIN, LONGEST_WAIT = 4.0, 60.0
"""Seconds from a trial that failed to the next: doubled each time, up to the second."""


class Trial:
    """Sends one video that the estimate has no room for, while nothing but sound flows.

    Nobody could find out otherwise that there is room: sound alone does not try the
    connection, and a probe repeats packets of videos that are sent.
    """

    def __init__(self) -> None:
        self._estimate = 0.0
        """What it was when the trial began; 0 while nothing is tried."""
        self._next = float("-inf")
        self._wait = TRIED_AGAIN

    def over(self) -> None:
        """Something is sent by the estimate, or nothing is wanted."""
        self._estimate, self._next, self._wait = 0.0, float("-inf"), TRIED_AGAIN

    def goes_on(self, estimate: float, now: float) -> bool:
        """Whether to send it now: until the estimate falls, and again some time later."""
        if self._estimate and estimate < _FALLEN * self._estimate:
            self._estimate, self._next = 0.0, now + self._wait
            self._wait = min(2 * self._wait, LONGEST_WAIT)
        elif not self._estimate and now >= self._next:
            self._estimate = estimate
        return self._estimate > 0


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
        self._trial = Trial()
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
        videos = [each for each in watched if each.kind != "audio" and each.useful]
        if not videos or any(chosen[each.track] is not None for each in videos):
            self._trial.over()
        elif self._trial.goes_on(estimate, now):
            chosen[videos[0].track] = videos[0].useful[0]
        for name, forward in forwards.items():
            if name.kind != "audio":
                forward.choose(chosen[name])

    def probe(self, forwards: Iterable[Forward], now: float) -> None:
        """Send more than there is to send for a moment, when more is wanted than was proven."""
        if not self.is_measured:
            return
        self._note_sent()
        octets = self._bandwidth.probe(now, self._wanted)
        packets = PROBED_AT_ONCE
        for forward in forwards if octets > 0 else ():
            while octets > 0 and packets and (sent := forward.probe()):
                octets -= sent
                packets -= 1

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
