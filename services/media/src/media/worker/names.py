"""What a worker calls the things it forwards."""

from typing import NamedTuple

from common.forwarding import Kind


class TrackName(NamedTuple):
    """One track of one peer, whether or not it exists yet."""

    peer_id: str
    kind: Kind
