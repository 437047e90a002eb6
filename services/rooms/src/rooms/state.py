"""What a request to rooms can reach."""

from typing import Annotated

from common.state import State as CommonState
from common.state import held
from rooms.passwords import Passwords
from rooms.repository import MeetingRepository, RoomRepository


class State(CommonState):
    """What the lifespan opens."""

    rooms: RoomRepository
    meetings: MeetingRepository
    passwords: Passwords


Rooms = Annotated[RoomRepository, held("rooms")]
Meetings = Annotated[MeetingRepository, held("meetings")]
Hashing = Annotated[Passwords, held("passwords")]
