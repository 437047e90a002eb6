"""How a peer gets its two connections, whatever server it talks to."""

from collections.abc import Sequence
from typing import Protocol

from bench.media.descriptions import Offered, Sources
from bench.media.leg import Leg
from bench.media.loads import Peer


class Calls(Protocol):
    """A client of one server's own signaling, for any number of peers."""

    async def open_rooms(self, count: int) -> None:
        """Make what has to be there before anybody comes."""

    async def publish(self, peer: Peer, leg: Leg, sources: Sources) -> None:
        """Connect a leg on which the peer sends.

        Raises:
            NotConnected: The server does not let it.
        """

    async def subscribe(self, peer: Peer, leg: Leg, feeds: Sequence[Peer]) -> Offered:
        """Connect a leg on which the peer gets everything the others send.

        Raises:
            NotConnected: The server does not let it.
        """
