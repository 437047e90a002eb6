"""What a request to signaling can reach, whichever way it came in."""

from typing import Annotated

from common.access import AccessList
from common.bus import Bus
from common.state import State as CommonState
from common.state import held
from common.streams import Streams
from signaling.domain import Relays
from signaling.repository import CallRepository, ClosedSockets


class State(CommonState):
    """What the lifespan opens."""

    calls: CallRepository
    access: AccessList
    closed: ClosedSockets
    relays: Relays
    bus: Bus
    streams: Streams


Calls = Annotated[CallRepository, held("calls")]
Access = Annotated[AccessList, held("access")]
Closed = Annotated[ClosedSockets, held("closed")]
Relaying = Annotated[Relays, held("relays")]
Live = Annotated[Bus, held("bus")]
