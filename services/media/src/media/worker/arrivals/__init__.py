"""What came from a publisher: feedback for its transport, reports and gaps of its sources."""

from media.worker.arrivals.gaps import Gaps
from media.worker.arrivals.source import Source
from media.worker.arrivals.transport import Arrivals

__all__ = ["Arrivals", "Gaps", "Source"]
