"""The packets of RTCP as values; numbers are as on the wire unless said otherwise."""

from dataclasses import dataclass

SR, RR, SDES, BYE, RTPFB, PSFB = 200, 201, 202, 203, 205, 206
"""Packet types (RFC 3550 section 12.1, RFC 4585 section 6.1)."""
NACK, TWCC = 1, 15
"""Formats of RTPFB."""
PLI, FIR, AFB = 1, 4, 15
"""Formats of PSFB; AFB carries REMB."""

_NTP_EPOCH = 2_208_988_800
"""Seconds from 1900 to 1970."""


def ntp(at: float) -> int:
    """64-bit NTP time (RFC 3550 section 4) of a Unix time."""
    return (round((at + _NTP_EPOCH) * (1 << 32))) & 0xFFFF_FFFF_FFFF_FFFF


def middle(timestamp: int) -> int:
    """The 32 bits of an NTP time that reports echo, in units of 1/65536 s."""
    return (timestamp >> 16) & 0xFFFF_FFFF


@dataclass(frozen=True, slots=True)
class ReportBlock:
    """How one source arrives (RFC 3550 section 6.4.1)."""

    ssrc: int
    fraction_lost: int
    """Since the last report, of 256."""
    packets_lost: int
    """In all; negative when there are duplicates."""
    highest_sequence: int
    """Extended: wraps in the upper 16 bits."""
    jitter: int
    """In units of the source's RTP clock."""
    last_report: int = 0
    """`middle` of the newest SR that came from the source; 0 when none did."""
    delay: int = 0
    """From that SR to this report, in units of 1/65536 s."""

    def round_trip(self, now: int) -> float | None:
        """Seconds to the receiver and back; None when it has not seen an SR.

        `now` is the `middle` of the NTP time at which the report came.
        """
        if not self.last_report:
            return None
        passed = (now - self.last_report - self.delay) & 0xFFFF_FFFF
        # Clocks that were set meanwhile make it negative; that is no round trip.
        return passed / 65536 if passed < 1 << 31 else None


@dataclass(frozen=True, slots=True)
class SenderReport:
    ssrc: int
    ntp: int
    rtp_timestamp: int
    packets: int
    octets: int
    """Of payload, without headers and padding."""
    reports: tuple[ReportBlock, ...] = ()


@dataclass(frozen=True, slots=True)
class ReceiverReport:
    ssrc: int
    reports: tuple[ReportBlock, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceDescription:
    names: tuple[tuple[int, str], ...]
    """SSRC and CNAME of each source that has one."""


@dataclass(frozen=True, slots=True)
class Bye:
    ssrcs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Nack:
    sender_ssrc: int
    media_ssrc: int
    lost: tuple[int, ...]
    """Sequence numbers; at most 17 for each four bytes that came."""


@dataclass(frozen=True, slots=True)
class Pli:
    sender_ssrc: int
    media_ssrc: int


@dataclass(frozen=True, slots=True)
class Fir:
    sender_ssrc: int
    requests: tuple[tuple[int, int], ...]
    """SSRC and number of each request; a number seen before is a repetition."""


@dataclass(frozen=True, slots=True)
class Remb:
    """What the receiver takes at most of these sources together (draft-alvestrand-rmcat-remb)."""

    sender_ssrc: int
    bitrate: int
    ssrcs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TransportFeedback:
    """When packets of a transport came (draft-holmer-rmcat-transport-wide-cc-extensions-01).

    It covers `statuses` numbers from `base` on; those not in `arrivals` had not come.
    """

    sender_ssrc: int
    media_ssrc: int
    """A real source of the sender: Chromium falls to its lowest bitrate when it is 0."""
    count: int
    """Of feedback packets, 8 bits: a gap says that feedback was lost."""
    base: int
    statuses: int
    arrivals: tuple[tuple[int, int], ...]
    """Transport-wide number (16 bits) and time in units of 250 µs, in the order of the numbers.

    Times count from an arbitrary moment and wrap after 2**32 units (12 days).
    """


Packet = (
    SenderReport
    | ReceiverReport
    | SourceDescription
    | Bye
    | Nack
    | Pli
    | Fir
    | Remb
    | TransportFeedback
)
