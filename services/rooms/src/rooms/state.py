"""What a request to rooms can reach."""

from typing import Annotated

from common.state import State as CommonState
from common.state import held
from common.streams import Streams
from common.throttle import Throttle
from rooms.passwords import Passwords
from rooms.repository import MeetingRepository, RoomRepository


class State(CommonState):
    """What the lifespan opens."""

    rooms: RoomRepository
    meetings: MeetingRepository
    passwords: Passwords
    guard: Throttle
    streams: Streams


Rooms = Annotated[RoomRepository, held("rooms")]
Meetings = Annotated[MeetingRepository, held("meetings")]
Guard = Annotated[Throttle, held("guard")]
Hashing = Annotated[Passwords, held("passwords")]
