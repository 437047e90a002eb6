"""What a request to notify can reach."""

from typing import Annotated

from common.access import AccessList
from common.bus import Bus
from common.state import State as CommonState
from common.state import held
from notify.repository import NotificationRepository


class State(CommonState):
    """What the lifespan opens."""

    notifications: NotificationRepository
    access: AccessList
    bus: Bus


Notifications = Annotated[NotificationRepository, held("notifications")]
Places = Annotated[AccessList, held("access")]
LiveBus = Annotated[Bus, held("bus")]
