"""What a request to analytics can reach."""

from typing import Annotated

from analytics.repository import EventRepository
from common.state import State as CommonState
from common.state import held


class State(CommonState):
    """What the lifespan opens."""

    events: EventRepository


Events = Annotated[EventRepository, held("events")]
