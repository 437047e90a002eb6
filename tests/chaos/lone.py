"""`python -m tests.chaos.lone GATEWAYS TOKEN ROOM`: one client in a call, a process of its own.

It can be killed and frozen as a browser can; it stays in the call for as long as it lives.
"""

import asyncio
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from tests.chaos.people import Person
from tests.chaos.resident import Resident


@dataclass(frozen=True)
class Known:
    """The gateways somebody knows of."""

    gateways: Sequence[str]


async def stay(gateways: Sequence[str], token: str, room: str) -> None:
    """Be in the call, for ever."""
    person = Person(Known(gateways), "lone", random.Random())
    person.token = token
    async with Resident("lone", person, room):
        await asyncio.Event().wait()


if __name__ == "__main__":
    addresses, its_token, its_room = sys.argv[1:]
    asyncio.run(stay(addresses.split(","), its_token, its_room))
