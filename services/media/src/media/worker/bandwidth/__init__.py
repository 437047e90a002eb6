"""How much a subscriber's connection carries (draft-ietf-rmcat-gcc-02)."""

from media.worker.bandwidth.estimate import Bandwidth

__all__ = ["Bandwidth"]
