"""The log of one meeting in a room, as signaling and chat tell it."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Meeting:
    """One session in a room.

    Every field is written by facts in a way that order and repetition do not matter.
    """

    id: str
    room_id: str
    room_name: str
    host_id: str
    started_at: datetime
    ended_at: datetime | None = None
    joined: dict[str, str] = field(default_factory=dict)
    """Peer id to user id of everybody who came."""
    left: tuple[str, ...] = ()
    """Peer ids of those who went."""
    first_message: int | None = None
    """Chat `seq` of the first message during the meeting."""
    last_message: int | None = None

    @property
    def present(self) -> list[str]:
        """User ids of who is there now."""
        if self.ended_at is not None:
            return []
        return list(
            dict.fromkeys(user for peer, user in self.joined.items() if peer not in self.left)
        )

    @property
    def participants(self) -> list[str]:
        return list(dict.fromkeys(self.joined.values()))

    @property
    def duration_seconds(self) -> float | None:
        return (self.ended_at - self.started_at).total_seconds() if self.ended_at else None

    @property
    def chat_messages(self) -> int:
        """Chat numbers without gaps, so two numbers tell how many there were."""
        if self.first_message is None or self.last_message is None:
            return 0
        return self.last_message - self.first_message + 1

    @property
    def summary(self) -> str:
        """One line about the meeting, made of what is known of it."""
        people, messages = len(self.participants), self.chat_messages
        who = "1 person" if people == 1 else f"{people} people"
        said = "1 message" if messages == 1 else f"{messages} messages"
        return f"{self.room_name}: {who}, {said}"
