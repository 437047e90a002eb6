"""One person's place in one room. Pure, so that a domain may decide by it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Access:
    """What rooms says of a person in a room."""

    room_id: str
    user_id: str
    display_name: str
    role: str
    """Meeting role: `host` or `participant`."""
    topology: str = "auto"
    is_open: bool = True
    """Whether the room still takes calls and messages."""
