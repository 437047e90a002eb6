"""Order without waiting for strangers: one lane for each service a connection talks to."""

import asyncio
from collections import deque

from common.problems import TooMany

DEPTH = 64
"""Commands of one connection that may wait for one service."""


class LaneFull(TooMany):
    """Too many commands wait for the same service."""

    code = "too-many-commands"

    def __init__(self) -> None:
        super().__init__("Too many commands are waiting; please slow down.")


class Ticket:
    """A place in a lane; `leave` it, whatever happens."""

    def __init__(self, lane: deque["Ticket"]) -> None:
        self._lane = lane
        self._turn = asyncio.Event()

    async def turn(self) -> None:
        """Wait until every earlier ticket of the lane has left."""
        await self._turn.wait()

    def leave(self) -> None:
        """Let the next one go; doing it twice changes nothing."""
        if self in self._lane:
            self._lane.remove(self)
        if self._lane:
            self._lane[0].call()

    def call(self) -> None:
        """It is this one's turn."""
        self._turn.set()


class Lanes:
    """The lanes of one connection."""

    def __init__(self) -> None:
        self._lanes: dict[str, deque[Ticket]] = {}

    def tickets(self, services: tuple[str, ...]) -> list[Ticket]:
        """A place in the lane of each service, taken at once so that order is that of calls.

        Raises:
            LaneFull: One of them has no place; then none is taken.
        """
        lanes = [self._lanes.setdefault(service, deque()) for service in services]
        if any(len(lane) >= DEPTH for lane in lanes):
            raise LaneFull
        tickets = []
        for lane in lanes:
            ticket = Ticket(lane)
            lane.append(ticket)
            lane[0].call()
            tickets.append(ticket)
        return tickets
