"""What a request to analytics can reach."""

from typing import Annotated

from analytics.repository import EventRepository, QualityRepository
from common.state import State as CommonState
from common.state import held


class State(CommonState):
    """What the lifespan opens."""

    events: EventRepository
    quality: QualityRepository


Events = Annotated[EventRepository, held("events")]
Quality = Annotated[QualityRepository, held("quality")]
