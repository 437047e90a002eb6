"""RTCP (RFC 3550, 4585, 5104): what comes is parsed defensively, what goes is built whole."""

from media.worker.rtcp.packets import (
    Bye,
    Fir,
    Nack,
    Packet,
    Pli,
    ReceiverReport,
    Remb,
    ReportBlock,
    SenderReport,
    SourceDescription,
    TransportFeedback,
    middle,
    ntp,
)
from media.worker.rtcp.reading import parse
from media.worker.rtcp.writing import build, compound

__all__ = [
    "Bye",
    "Fir",
    "Nack",
    "Packet",
    "Pli",
    "ReceiverReport",
    "Remb",
    "ReportBlock",
    "SenderReport",
    "SourceDescription",
    "TransportFeedback",
    "build",
    "compound",
    "middle",
    "ntp",
    "parse",
]
