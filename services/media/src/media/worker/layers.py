"""Which layer each watched camera and screen gets; pure, the room asks every 200 ms.

Sound first, then screens, then cameras: everybody's lowest layer before anybody's second.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from common.forwarding import Kind

HEADROOM = 1.15
"""How much more than it costs an upgrade needs, so that it does not have to be taken back."""
PATIENCE = 1.0
"""Seconds for which there has to be headroom before an upgrade."""
LONGEST_PATIENCE = 16.0
"""When upgrades had to be taken back soon, each doubles the patience."""
SOON = 10.0
"""Seconds after an upgrade within which taking it back says that it came too early."""
ENOUGH = 0.85
"""Share of a tile's height from which a layer counts as sharp enough for it."""
UNLIMITED = 4320
"""The height for who does not say one."""

_SUPPOSED = (180, 360, 720)
"""Heights of three layers as long as none is known."""

Track = tuple[str, Kind]
"""Peer and kind."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """A layer as it comes from the publisher now."""

    bitrate: float
    """Bit/s, measured; 0 while it is not sent."""
    height: int = 0
    """Pixels; 0 while it is not known."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A track somebody wants, and what there is of it."""

    peer_id: str
    kind: Kind
    height: int | None
    """Of its tile in pixels; 0 for hidden, None when the client does not say."""
    encodings: tuple[Encoding, ...]
    """By rid from low to high; empty while nobody publishes it."""

    @property
    def track(self) -> Track:
        return self.peer_id, self.kind

    @property
    def size(self) -> int:
        return UNLIMITED if self.height is None else self.height

    @property
    def useful(self) -> tuple[int, ...]:
        """Layers worth sending, from low to high; the last is as good as the tile can show.

        The lowest one even if it is not sent yet, so that a track starts at once.
        """
        if not self.encodings or not self.size:
            return ()
        sent = [index for index, each in enumerate(self.encodings) if each.bitrate > 0] or [0]
        for place, index in enumerate(sent):
            if self._height(index) >= ENOUGH * self.size:
                return tuple(sent[: place + 1])
        return tuple(sent)

    def _height(self, index: int) -> int:
        return self.encodings[index].height or _SUPPOSED[min(index, len(_SUPPOSED) - 1)]


@dataclass(slots=True)
class _Known:
    """What was decided about one track before."""

    layer: int | None
    need: int | None
    """The best useful layer when it was decided."""
    roomy_since: float | None = None
    upgraded_at: float = float("-inf")
    patience: float = PATIENCE


class Layers:
    """The decisions for one subscriber, which remember what was decided before.

    A downgrade is immediate; an upgrade waits for `PATIENCE` with `HEADROOM`, except
    for a new track and for a tile that grew.
    """

    def __init__(self) -> None:
        self._known: dict[Track, _Known] = {}

    def decide(
        self, watched: Sequence[Watched], *, estimate: float, now: float
    ) -> dict[Track, int | None]:
        """The layer for each track, None for none; `estimate` in bit/s covers all of them."""
        order = sorted(watched, key=self._first_of_equals)
        roomy = _spend(order, estimate / HEADROOM, lambda each: each.useful)
        caps = {each.track: self._cap(each, roomy[each.track], now) for each in order}
        chosen = _spend(order, estimate, lambda each: _up_to(each.useful, caps[each.track]))
        self._known = {each.track: self._remember(each, chosen[each.track], now) for each in order}
        return chosen

    def _first_of_equals(self, each: Watched) -> tuple[int, int, str, Kind]:
        """Large tiles first; of equal ones who has more keeps it."""
        known = self._known.get(each.track)
        layer = -1 if known is None or known.layer is None else known.layer
        return -each.size, -layer, each.peer_id, each.kind

    def _cap(self, each: Watched, roomy: int | None, now: float) -> int:
        """The best layer it may have now; -1 for none."""
        best = -1 if roomy is None else roomy
        known = self._known.get(each.track)
        if known is None:
            return best
        layer = -1 if known.layer is None else known.layer
        if best <= layer:
            known.roomy_since = None
            return layer
        if known.roomy_since is None:
            known.roomy_since = now
        if layer >= 0:
            layer = max(layer, each.useful[0])  # what it had may not be sent any more
        grown = _top(each.useful) > (-1 if known.need is None else known.need)
        waited = now - known.roomy_since >= known.patience
        return best if grown or waited else layer

    def _remember(self, each: Watched, layer: int | None, now: float) -> _Known:
        need = each.useful[-1] if each.useful else None
        known = self._known.get(each.track) or _Known(layer, need, upgraded_at=now)
        was, now_is = _number(known.layer), _number(layer)
        if now_is > was:
            known.upgraded_at, known.roomy_since = now, None
        elif now_is < was and now_is < _top(each.useful):
            soon = now - known.upgraded_at < SOON
            known.patience = min(2 * known.patience, LONGEST_PATIENCE) if soon else PATIENCE
            known.roomy_since = None
        known.layer, known.need = layer, need
        return known


def _number(layer: int | None) -> int:
    return -1 if layer is None else layer


def _top(useful: tuple[int, ...]) -> int:
    return useful[-1] if useful else -1


def _up_to(useful: tuple[int, ...], cap: int) -> tuple[int, ...]:
    return tuple(index for index in useful if index <= cap)


def _spend(
    order: Sequence[Watched], budget: float, allowed: Callable[[Watched], tuple[int, ...]]
) -> dict[Track, int | None]:
    """Give away a budget in bit/s; `order` says who comes first among screens and cameras."""
    chosen: dict[Track, int | None] = {each.track: None for each in order}
    for each in order:
        if each.kind == "audio" and each.encodings:
            chosen[each.track] = 0
            budget -= each.encodings[0].bitrate
    for kind in ("screen", "camera"):
        tracks = [(each, allowed(each)) for each in order if each.kind == kind]
        # The n-th layer of everybody before the next of anybody.
        for step in range(max((len(layers) for _, layers in tracks), default=0)):
            for each, layers in tracks:
                if step >= len(layers) or (step and chosen[each.track] != layers[step - 1]):
                    continue
                before = each.encodings[layers[step - 1]].bitrate if step else 0.0
                price = each.encodings[layers[step]].bitrate - before
                if price <= budget:
                    chosen[each.track] = layers[step]
                    budget -= price
    return chosen
