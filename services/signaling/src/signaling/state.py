"""What a request to signaling can reach, whichever way it came in."""

from typing import Annotated

from common.access import AccessList
from common.bus import Bus
from common.state import State as CommonState
from common.state import held
from common.streams import Streams
from signaling.domain import Relays
from signaling.forwarders import Forwarders
from signaling.repository import CallRepository, ClosedSockets
from signaling.workers import Workers


class State(CommonState):
    """What the lifespan opens."""

    calls: CallRepository
    access: AccessList
    closed: ClosedSockets
    workers: Workers
    forwarders: Forwarders
    relays: Relays
    bus: Bus
    streams: Streams


Calls = Annotated[CallRepository, held("calls")]
Access = Annotated[AccessList, held("access")]
Closed = Annotated[ClosedSockets, held("closed")]
Placing = Annotated[Workers, held("workers")]
Forwarding = Annotated[Forwarders, held("forwarders")]
Relaying = Annotated[Relays, held("relays")]
Live = Annotated[Bus, held("bus")]
