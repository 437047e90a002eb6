"""What a publisher is told of how its videos are watched, so that it sends no more than that."""

from collections.abc import Iterator, Mapping

from common.forwarding import Kind

AGAIN_AFTER = 5.0
"""Seconds after which the same is told again: live frames may get lost."""


class Watching:
    """What one publisher was told last."""

    def __init__(self) -> None:
        self._told: dict[Kind, tuple[int, float]] = {}

    def due(self, heights: Mapping[Kind, int], now: float) -> Iterator[tuple[Kind, int]]:
        """Which heights have to be told now."""
        self._told = {kind: told for kind, told in self._told.items() if kind in heights}
        for kind, height in heights.items():
            told, at = self._told.get(kind, (None, 0.0))
            if told != height or now - at >= AGAIN_AFTER:
                self._told[kind] = height, now
                yield kind, height
