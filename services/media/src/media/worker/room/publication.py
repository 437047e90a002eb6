"""What a peer sends: its connection, its tracks, and what it is told about how they arrive."""

import secrets
from collections.abc import Callable
from typing import Final

from common.forwarding import Kind
from media.worker import rtcp
from media.worker.arrivals import Arrivals, Source
from media.worker.intake import Intake
from media.worker.room.connection import Connection
from media.worker.router import Codec, Extensions, Track
from media.worker.sdp import formats
from media.worker.sdp.publishing import Offer, Sent, write_answer

OURS: Final = 1
"""SSRC in whose name reports are sent; publishers never choose numbers so low."""
PAUSED_AFTER = 1.0
"""Seconds without a packet after which a layer counts as not sent."""
ROUND_TRIP = 0.1
"""Seconds after which a missing packet is asked for again; the true one is not known here."""

_FORWARDED = {
    codec.name: Codec(codec.name.lower(), codec.clock, codec.payload_type, codec.rtx or 0)
    for codecs in formats.OFFERED_CODECS.values()
    for codec in codecs
}


class Publication:
    """Everything one peer sends."""

    def __init__(self, connection: Connection, *, heard: Callable[[int, float], None]) -> None:
        """`heard` gets the level of each audio packet (RFC 6464) and when it came."""
        self.connection = connection
        self.tracks: dict[Kind, Track] = {}
        self._heard = heard
        self._sent: dict[Kind, Sent] = {}
        self._session_id = secrets.randbits(62)
        self._version = 0
        self._intake: Intake | None = None
        self._arrivals = Arrivals(OURS)
        self._sources: dict[int, Source] = {}
        connection.transport.on_rtcp = self._reported

    @property
    def is_over(self) -> bool:
        return self.connection.is_over

    def take(self, offer: Offer) -> set[Kind]:
        """Send on what the offer says from now on; returns what is another track than before."""
        if self.connection.moved(offer.remote):
            self.connection.restart()
        self.connection.meet(offer.remote)
        if self._intake is None:
            self._intake = Intake(self.connection.transport, _extensions(offer))
        self._intake.read(_extensions(offer))
        sent = {kind: each for kind, each in offer.sent.items() if each.is_sending}
        changed = {kind for kind in {*sent, *self._sent} if sent.get(kind) != self._sent.get(kind)}
        for kind in changed:
            self._end(kind, self._intake)
            if kind in sent:
                self._begin(sent[kind], self._intake)
        self._sent = sent
        return changed

    def answer(self, offer: Offer) -> str:
        """Our answer to an offer that was taken."""
        self._version += 1
        local = self.connection.local()
        return write_answer(offer, local, session_id=self._session_id, version=self._version)

    def close(self) -> None:
        self.tracks.clear()
        self.connection.transport.close()

    def _begin(self, sent: Sent, intake: Intake) -> None:
        track = Track(
            {codec.payload_type: _FORWARDED[codec.name] for codec in sent.codecs},
            _extensions_of(sent),
            clock_rate=sent.codecs[0].clock,
            rtx={codec.rtx: codec.payload_type for codec in sent.codecs if codec.rtx is not None},
            rids=sent.rids or ("",),
        )
        track.on_arrival = self._arrived
        track.on_repair = self._repaired
        track.on_key_frame_wanted = self._ask_for_key_frame
        if sent.kind == "audio":
            track.on_level = self._heard
        source = sent.source
        intake.add(sent.mid, track, [(source.ssrc, source.rtx or 0)] if source else ())
        self.tracks[sent.kind] = track

    def _end(self, kind: Kind, intake: Intake) -> None:
        track = self.tracks.pop(kind, None)
        if track is None:
            return
        for ssrc in track.sources:
            self._sources.pop(ssrc, None)
        intake.remove(self._sent[kind].mid)

    def _arrived(  # noqa: PLR0913, PLR0917 - the hot path: parsed once, passed as it is
        self, ssrc: int, sequence: int, timestamp: int, number: int, length: int, at: float
    ) -> None:
        if number >= 0:
            self._arrivals.note(number, at, ssrc)
        source = self._sources.get(ssrc) or self._learn(ssrc)
        if source is not None:
            source.note(sequence, timestamp, at, length)

    def _repaired(self, ssrc: int, sequence: int) -> None:
        source = self._sources.get(ssrc)
        if source is not None:
            source.recovered(sequence)

    def _learn(self, ssrc: int) -> Source | None:
        for kind, track in self.tracks.items():
            if any(layer.ssrc == ssrc for layer in track.layers):
                repeats = kind != "audio"
                source = Source(ssrc, clock=track.clock_rate, repeats=repeats)
                known = {each for track in self.tracks.values() for each in track.sources}
                kept = {each: its for each, its in self._sources.items() if each in known}
                self._sources = kept | {ssrc: source}
                return source
        return None  # retransmissions: reports are about what they repeat

    def _ask_for_key_frame(self, ssrc: int) -> None:
        self.connection.transport.send_rtcp(rtcp.build(rtcp.Pli(OURS, ssrc)))

    def _reported(self, compound: bytes) -> None:
        now = self.connection.transport.engine.now
        for packet in rtcp.parse(compound):
            if isinstance(packet, rtcp.SenderReport) and packet.ssrc in self._sources:
                self._sources[packet.ssrc].sender_report(packet.ntp, now)
                self._note_clock(packet, now)

    def _note_clock(self, report: rtcp.SenderReport, now: float) -> None:
        for track in self.tracks.values():
            for layer in track.layers:
                if layer.ssrc == report.ssrc:
                    layer.reported = (report.ntp / (1 << 32), report.rtp_timestamp, now)

    # --- what is due every so often

    def ask_for_missing(self, now: float) -> None:
        """NACK what did not come; every 20 ms."""
        for source in self._sources.values():
            if source.gaps:
                missing = source.missing(now, round_trip=ROUND_TRIP)
                if missing:
                    nack = rtcp.Nack(OURS, source.ssrc, missing)
                    self.connection.transport.send_rtcp(rtcp.build(nack))

    def measure(self, now: float) -> None:
        """How much of each layer comes; every 200 ms."""
        for track in self.tracks.values():
            for layer in track.layers:
                source = self._sources.get(layer.ssrc)
                bitrate = source.bitrate(now) if source is not None else 0.0
                # Smoothed, it would go on for seconds after the layer was paused.
                layer.bitrate = bitrate if now - layer.newest_at < PAUSED_AFTER else 0.0

    def tell_arrivals(self) -> None:
        """Transport-wide feedback, which the sender's estimate lives on; every 60 ms."""
        for feedback in self._arrivals.feedback():
            self.connection.transport.send_rtcp(rtcp.build(feedback))

    def report(self, now: float) -> None:
        """How each source arrives; every second."""
        reports = [source.report(now) for source in self._sources.values()]
        known = tuple(each for each in reports if each is not None)
        if known:
            compound = rtcp.compound(rtcp.ReceiverReport(OURS, known), ssrc=OURS, cname="convo")
            self.connection.transport.send_rtcp(compound)


def _extensions(offer: Offer) -> Extensions:
    """Those of the whole connection: bundled sections number them alike (RFC 9143)."""
    every: dict[str, int] = {}
    for sent in offer.sent.values():
        every |= sent.extensions
    return _numbers(every)


def _extensions_of(sent: Sent) -> Extensions:
    return _numbers(dict(sent.extensions))


def _numbers(found: dict[str, int]) -> Extensions:
    return Extensions(
        mid=found.get(formats.MID, 0),
        rid=found.get(formats.RID, 0),
        repaired_rid=found.get(formats.REPAIRED_RID, 0),
        transport_cc=found.get(formats.TWCC, 0),
        audio_level=found.get(formats.LEVEL, 0),
    )
