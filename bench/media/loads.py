"""Who is in the calls that are measured."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Peer:
    """Somebody in a room; `number` is unique in the load."""

    number: int
    room: int
    sends: bool
    """Whether it has a camera and a microphone."""
    gets: int
    """How many others it hears and sees."""

    @property
    def name(self) -> str:
        return f"peer-{self.number}"


@dataclass(frozen=True, slots=True)
class Load:
    """Everybody of each room gets everybody else who sends."""

    name: str
    rooms: int
    senders: int
    """In each room."""
    watchers: int = 0
    """In each room, who only get."""

    def peers(self) -> list[Peer]:
        size = self.senders + self.watchers
        return [
            Peer(
                number=room * size + place,
                room=room,
                sends=place < self.senders,
                gets=self.senders - (place < self.senders),
            )
            for room in range(self.rooms)
            for place in range(size)
        ]

    @property
    def copies(self) -> int:
        """How many get each packet."""
        return self.senders + self.watchers - 1


LOADS = {
    each.name: each
    for each in (
        Load("8 people", rooms=1, senders=8),
        Load("10 people", rooms=1, senders=10),
        Load("12 people", rooms=1, senders=12),
        Load("16 people", rooms=1, senders=16),
        Load("8 rooms of 4", rooms=8, senders=4),
        Load("1 to 60", rooms=1, senders=1, watchers=60),
    )
}
