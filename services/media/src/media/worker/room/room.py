"""A call: what everybody in it sends is given to those who want it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from common.forwarding import Subscribed, Want
from media.worker.loudness import Loudness
from media.worker.names import TrackName
from media.worker.room.connection import Connection, Site
from media.worker.room.publication import Publication
from media.worker.room.subscription import NotOffered, Subscription
from media.worker.room.watching import Watching
from media.worker.router import Track
from media.worker.sdp import publishing

SPEAKERS = 3
"""How many of those who speak are told."""


@dataclass(slots=True)
class Peer:
    """Somebody in the call: what they send and what they get, each once they asked for it."""

    id: str
    connection_id: str = ""
    """Of their socket."""
    publication: Publication | None = None
    subscription: Subscription | None = None
    watching: Watching = field(default_factory=Watching)


class Room:
    """One call. Every request may come again; what is so already stays as it is."""

    def __init__(self, key: str, site: Site) -> None:
        self.id = key
        self.peers: dict[str, Peer] = {}
        self._site = site
        self._loudness = Loudness()

    # --- what is asked

    def publish(self, peer_id: str, connection_id: str, text: str) -> str:
        """The answer to what a peer offers to send.

        Raises:
            BadDescription: It is no such offer.
        """
        offer = publishing.read_offer(text)
        peer = self._peer(peer_id, connection_id)
        publication = peer.publication
        if publication is not None and not publication.connection.belongs_to(offer.remote):
            # Another page in the peer's place: what the one before got is nothing to it.
            self._stop_subscribing(peer)
        elif publication is not None and not publication.is_over:
            return self._take(publication, peer_id, offer)
        self._stop_publishing(peer)
        publication = peer.publication = Publication(
            Connection(self._site),
            heard=lambda level, at: self._loudness.note(peer_id, level, at),
        )
        return self._take(publication, peer_id, offer)

    def subscribe(
        self, peer_id: str, connection_id: str, wants: Sequence[Want], *, restart: bool
    ) -> Subscribed:
        """Send a peer exactly these tracks; what it has to agree to, if anything."""
        peer = self._peer(peer_id, connection_id)
        subscription = peer.subscription
        if subscription is None or subscription.is_over:
            self._stop_subscribing(peer)
            if not wants:
                return Subscribed(slots={})
            subscription = peer.subscription = Subscription(Connection(self._site))
        elif restart:
            subscription.restart()
        subscription.want(wants)
        for name in subscription.wants:
            subscription.carry(name, self._track(name))
        return subscription.offered()

    def answer(self, peer_id: str, text: str) -> None:
        """Raises what `Subscription.agree` raises, and `NotOffered` when nothing was."""
        peer = self.peers.get(peer_id)
        if peer is None or peer.subscription is None:
            raise NotOffered("Nothing was offered; subscribe first.")
        try:
            peer.subscription.agree(text)
        except NotOffered:
            self._stop_subscribing(peer)  # for the other end to begin anew
            raise

    def leave(self, peer_id: str) -> None:
        peer = self.peers.pop(peer_id, None)
        if peer is not None:
            self._stop_publishing(peer)
            self._stop_subscribing(peer)

    def close(self) -> None:
        for peer_id in [*self.peers]:
            self.leave(peer_id)

    # --- what there is

    def publications(self) -> Iterator[Publication]:
        return (each.publication for each in self.peers.values() if each.publication is not None)

    def subscriptions(self) -> Iterator[Subscription]:
        return (each.subscription for each in self.peers.values() if each.subscription is not None)

    def speakers(self, now: float) -> tuple[str, ...] | None:
        """Who speaks now, the loudest first; None when it is as it was."""
        return self._loudness.changed(now, most=SPEAKERS)

    def wanted_heights(self) -> dict[TrackName, int]:
        """The greatest height at which anybody shows each video that is sent, 0 for nobody."""
        heights = {
            TrackName(peer.id, kind): 0
            for peer in self.peers.values()
            if peer.publication is not None
            for kind in peer.publication.tracks
            if kind != "audio"
        }
        for subscription in self.subscriptions():
            for name, height in subscription.heights():
                if name in heights:
                    heights[name] = max(height, heights[name])
        return heights

    def forget_the_gone(self) -> None:
        """End connections at whose other end nobody is, and forget peers who have no other."""
        for peer in [*self.peers.values()]:
            if peer.publication is not None and peer.publication.is_over:
                self._stop_publishing(peer)
            if peer.subscription is not None and peer.subscription.is_over:
                self._stop_subscribing(peer)
            if peer.publication is None and peer.subscription is None:
                del self.peers[peer.id]

    # --- inside

    def _peer(self, peer_id: str, connection_id: str) -> Peer:
        peer = self.peers.setdefault(peer_id, Peer(peer_id))
        peer.connection_id = connection_id
        return peer

    def _track(self, name: TrackName) -> Track | None:
        peer = self.peers.get(name.peer_id)
        if peer is None or peer.publication is None:
            return None
        return peer.publication.tracks.get(name.kind)

    def _take(self, publication: Publication, peer_id: str, offer: publishing.Offer) -> str:
        for kind in publication.take(offer):
            self._connect(TrackName(peer_id, kind))
        return publication.answer(offer)

    def _connect(self, name: TrackName) -> None:
        """Give a track, or that it is no more, to all who want it."""
        track = self._track(name)
        for subscription in self.subscriptions():
            if name in subscription.wants:
                subscription.carry(name, track)

    def _stop_publishing(self, peer: Peer) -> None:
        if peer.publication is None:
            return
        kinds = [*peer.publication.tracks]
        peer.publication.close()
        peer.publication = None
        self._loudness.forget(peer.id)
        for kind in kinds:
            self._connect(TrackName(peer.id, kind))

    def _stop_subscribing(self, peer: Peer) -> None:
        if peer.subscription is not None:
            peer.subscription.close()
            peer.subscription = None
