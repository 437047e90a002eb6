"""All calls of a worker, and the clock that does what is due in them."""

import asyncio
from collections.abc import Callable, Mapping
from time import monotonic
from typing import Final

from common.forwarding import Kind
from media.worker.room.connection import Site
from media.worker.room.publication import Publication
from media.worker.room.room import Peer, Room
from media.worker.room.subscription import Subscription

TICK: Final = 0.02
"""Seconds: how often missing packets are asked for."""
_ARRIVALS, _LAYERS, _SPEAKERS, _SECOND = 3, 10, 25, 50
"""Ticks between two feedbacks on what came, two choices of layers, two looks at who speaks,
and two reports; peers take turns, so that not everything falls on the same tick."""

Show = Callable[[str, str, str, object], None]
"""A live frame for clients: to whom, its type, the room, its data. It never waits."""


class Rooms:
    """Every call this worker has."""

    def __init__(self, site: Site, *, show: Show) -> None:
        self._site = site
        self._show = show
        self._rooms: dict[str, Room] = {}
        self._tick = 0

    def __len__(self) -> int:
        return len(self._rooms)

    @property
    def peers(self) -> int:
        return sum(len(room.peers) for room in self._rooms.values())

    def room(self, key: str) -> Room:
        """The room, made when it is new here."""
        room = self._rooms.get(key)
        if room is None:
            room = self._rooms[key] = Room(key, self._site)
        return room

    def leave(self, key: str, peer_id: str) -> None:
        """Forget a peer, and the room with its last one."""
        room = self._rooms.get(key)
        if room is not None:
            room.leave(peer_id)
            self._drop_if_empty(room)

    def close(self, key: str) -> None:
        """Forget a room."""
        room = self._rooms.pop(key, None)
        if room is not None:
            room.close()

    async def run(self) -> None:
        """Do what is due, for ever."""
        due = monotonic()
        while True:
            # Packets have their turn between two ticks, however late these are.
            due = max(due + TICK, monotonic() + TICK / 2)
            await asyncio.sleep(due - monotonic())
            self._tick += 1
            self.do_what_is_due(self._tick, monotonic())

    def do_what_is_due(self, tick: int, now: float) -> None:
        """One turn of the clock, a room after the other when the loop comes round.

        A room that shows a bug takes no other with it: the bug is the loop's to report.
        """
        loop = asyncio.get_running_loop()
        for turn, room in enumerate([*self._rooms.values()], tick):
            loop.call_soon(self._serve, room, turn, now)

    def _serve(self, room: Room, turn: int, now: float) -> None:
        for number, publication in enumerate(room.publications(), turn):
            _serve_publisher(publication, number, now)
        for number, subscription in enumerate(room.subscriptions(), turn):
            _serve_subscriber(subscription, number, now)
        if turn % _LAYERS == 0:
            self._tell_watched(room, now)
        if turn % _SPEAKERS == 0:
            self._tell_speakers(room, now)
        if turn % _SECOND == 0:
            room.forget_the_gone()
            self._drop_if_empty(room)

    def _tell_watched(self, room: Room, now: float) -> None:
        by_peer: dict[str, dict[Kind, int]] = {}
        for name, height in room.wanted_heights().items():
            by_peer.setdefault(name.peer_id, {})[name.kind] = height
        for peer_id, heights in by_peer.items():
            self._tell_publisher(room, room.peers[peer_id], heights, now)

    def _tell_publisher(
        self, room: Room, peer: Peer, heights: Mapping[Kind, int], now: float
    ) -> None:
        for kind, height in peer.watching.due(heights, now):
            data = {"kind": kind, "height": height}
            self._show(f"connection.{peer.connection_id}", "trackWatched", room.id, data)

    def _tell_speakers(self, room: Room, now: float) -> None:
        speakers = room.speakers(now)
        if speakers is not None:
            self._show(f"room.{room.id}", "activeSpeaker", room.id, {"peerIds": list(speakers)})

    def _drop_if_empty(self, room: Room) -> None:
        if not room.peers and self._rooms.get(room.id) is room:
            del self._rooms[room.id]


def _serve_publisher(publication: Publication, number: int, now: float) -> None:
    publication.ask_for_missing(now)
    if number % _ARRIVALS == 0:
        publication.tell_arrivals()
    if number % _LAYERS == 0:
        publication.measure(now)
    if number % _SECOND == 0:
        publication.report(now)


def _serve_subscriber(subscription: Subscription, number: int, now: float) -> None:
    subscription.probe(now)
    if number % _LAYERS == 0:
        subscription.choose_layers(now)
    if number % _SECOND == 0:
        subscription.report(now)
