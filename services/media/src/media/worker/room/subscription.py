"""What a peer gets: its connection, what it wants, and the tracks that go there."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from time import monotonic

from common.forwarding import Slot, Subscribed, Want
from common.problems import Problem
from media.worker import rtcp
from media.worker.forward import Forward
from media.worker.layers import UNLIMITED
from media.worker.names import TrackName
from media.worker.room.connection import Connection
from media.worker.room.quality import Quality
from media.worker.router import Track
from media.worker.sdp.subscribing import Layout, Place

REPORTED_AT_ONCE = 20
"""Sender reports in one datagram."""
REMEMBERED = 256
"""Sender reports that are remembered, for the round trip is measured with them."""


REPEATED_A_SECOND = 500
"""Packets that are sent again, and so many at once: far more than a loss that one can see
through, and little for who wants to be sent the same for ever."""


class NotOffered(Problem):
    status = HTTPStatus.CONFLICT
    code = "not-offered"


@dataclass(slots=True)
class Carried:
    """A wanted track on its way."""

    place: Place
    forward: Forward
    exists: bool = True
    """Whether anybody sends it now; the section stays while nobody does."""

    @property
    def may_flow(self) -> bool:
        return self.exists and self.place.is_agreed


class Subscription:
    """Everything one peer gets."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.wants: dict[TrackName, Want] = {}
        self._layout = Layout()
        self._is_waiting = False
        """Whether the newest offer has no answer yet."""
        self._carried: dict[TrackName, Carried] = {}
        self._by_ssrc: dict[int, Forward] = {}
        self._quality = Quality(connection.transport)
        self._reports: dict[int, float] = {}
        """When each sender report left, by the part of its time that comes back."""
        self._repeats = float(REPEATED_A_SECOND)
        """Packets that may be sent again now."""
        self._repeated_at = 0.0
        connection.transport.on_rtcp = self._reported
        connection.transport.on_state = lambda: self.choose_layers(monotonic())

    @property
    def is_over(self) -> bool:
        return self.connection.is_over

    def heights(self) -> Iterator[tuple[TrackName, int]]:
        """In which height each wanted track is shown."""
        for name, want in self.wants.items():
            yield name, UNLIMITED if want.height is None else want.height

    # --- what it wants

    def want(self, wants: Sequence[Want]) -> None:
        """Get exactly these from now on."""
        self.wants = {TrackName(each.peer_id, each.kind): each for each in wants}
        if self._layout.fit([*self.wants]):
            self._is_waiting = True
        for name in [name for name in self._carried if name not in self.wants]:
            self._drop(name)

    def restart(self) -> None:
        """Look for a new way; what goes on the old one goes on until there is one."""
        self.connection.restart()
        self._is_waiting = True

    def offered(self) -> Subscribed:
        """What it carries, and the offer that has to be answered, if there is one."""
        slots = {
            mid: Slot(peer_id=name.peer_id, kind=name.kind)
            for mid, name in self._layout.slots().items()
        }
        offer = self._layout.offer(self.connection.local()) if self._is_waiting else None
        return Subscribed(offer=offer, slots=slots)

    def agree(self, answer: str) -> None:
        """Take the answer to the newest offer; from now on all of it is sent.

        Raises:
            BadDescription: It is none.
            NotOffered: It comes from another end than the one that is connected.
        """
        agreed = self._layout.agree(answer)
        if not self.connection.belongs_to(agreed.remote):
            raise NotOffered("This answers for another connection; subscribe anew.")
        self.connection.meet(agreed.remote)
        self._quality.is_measured = agreed.tells_arrivals
        self._is_waiting = False
        for name, carried in self._carried.items():
            _start(name, carried)

    def carry(self, name: TrackName, track: Track | None) -> None:
        """Send this track where `name` is wanted; None while there is none."""
        place = self._layout.carrying.get(name)
        if place is None:
            return
        carried = self._carried.get(name)
        if carried is not None:
            carried.exists = track is not None
            if track is None:
                carried.forward.choose(None)
            elif carried.forward.track is not track:
                carried.forward.follow(track)
        elif track is not None:
            forward = Forward(
                track, self.connection.transport, ssrc=place.ssrc, rtx_ssrc=place.rtx_ssrc
            )
            carried = self._carried[name] = Carried(place, forward)
            self._by_ssrc[forward.ssrc] = forward
        if carried is not None:
            _start(name, carried)

    def close(self) -> None:
        for name in [*self._carried]:
            self._drop(name)
        self.connection.transport.close()

    def _drop(self, name: TrackName) -> None:
        forward = self._carried.pop(name).forward
        del self._by_ssrc[forward.ssrc]
        forward.close()

    def _reported(self, compound: bytes) -> None:
        now = self.connection.transport.engine.now
        for packet in rtcp.parse(compound):
            match packet:
                case rtcp.ReceiverReport(_, reports) | rtcp.SenderReport(reports=reports):
                    self._measure(reports, now)
                case rtcp.Nack(_, ssrc, lost):
                    self._repeat(ssrc, lost, now)
                case rtcp.Pli(_, ssrc):
                    self._refresh(ssrc)
                case rtcp.Fir(_, requests):
                    for ssrc, _ in requests:
                        self._refresh(ssrc)
                case rtcp.Remb() | rtcp.TransportFeedback():
                    self._quality.told(packet, now)

    def _measure(self, reports: Iterable[rtcp.ReportBlock], now: float) -> None:
        for report in reports:
            left = self._reports.get(report.last_report)
            if left is not None:
                self._quality.round_trip = max(now - left - report.delay / 65536, 0.0)

    def _repeat(self, ssrc: int, lost: Iterable[int], now: float) -> None:
        forward = self._by_ssrc.get(ssrc)
        if forward is None:
            return
        earned = (now - self._repeated_at) * REPEATED_A_SECOND
        self._repeats = min(self._repeats + earned, REPEATED_A_SECOND)
        self._repeated_at = now
        for sequence in lost:
            if self._repeats < 1:
                return
            self._repeats -= forward.repeat(sequence, round_trip=self._quality.round_trip)

    def _refresh(self, ssrc: int) -> None:
        forward = self._by_ssrc.get(ssrc)
        if forward is not None:
            forward.ask()

    # --- what is due every so often

    def choose_layers(self, now: float) -> None:
        """Give each video what fits its tile and the connection; every 200 ms.

        Nothing before the connection is there: a key frame would be sent to nobody.
        """
        if not self.connection.transport.is_sending:
            return
        flowing = {name: each.forward for name, each in self._carried.items() if each.may_flow}
        self._quality.share(flowing, self.wants, now)

    def probe(self, now: float) -> None:
        """Try whether the connection carries more; every 20 ms."""
        self._quality.probe((each.forward for each in self._carried.values()), now)

    def report(self, now: float) -> None:
        """Say what was sent, and when that was in the publisher's time; every second."""
        reports = [
            (name.peer_id, report)
            for name, carried in self._carried.items()
            if (report := _report(carried.forward, now)) is not None
        ]
        for first in range(0, len(reports), REPORTED_AT_ONCE):
            some = reports[first : first + REPORTED_AT_ONCE]
            names = tuple((report.ssrc, peer_id) for peer_id, report in some)
            compound = rtcp.build(*(each for _, each in some), rtcp.SourceDescription(names))
            self.connection.transport.send_rtcp(compound)
        for _, report in reports:
            self._reports[rtcp.middle(report.ntp)] = now
        while len(self._reports) > REMEMBERED:
            del self._reports[next(iter(self._reports))]


def _start(name: TrackName, carried: Carried) -> None:
    """Sound goes at once; the layers of videos are chosen together, every 200 ms."""
    if name.kind == "audio" and carried.may_flow:
        carried.forward.choose(0)


def _report(forward: Forward, now: float) -> rtcp.SenderReport | None:
    told = forward.report(now)
    if told is None or not forward.packets:
        return None
    seconds, timestamp = told
    ntp = round(seconds * (1 << 32)) & 0xFFFF_FFFF_FFFF_FFFF  # the publisher's: it may wrap
    return rtcp.SenderReport(forward.ssrc, ntp, timestamp, forward.packets, forward.octets)
