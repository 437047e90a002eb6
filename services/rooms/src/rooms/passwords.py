"""Room passwords, hashed like any other, off the event loop."""

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from common.problems import Unavailable
from common.turns import Turns


class HashingBusy(Unavailable):
    code = "rooms-busy"


class Passwords:
    """argon2id at OWASP's least cost: a room password guards less than an account's.

    Two at a time, so that guessing cannot take the machine's memory and processors.
    """

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
        busy = HashingBusy("Too many people enter rooms right now; please try again.")
        self._turns = Turns(at_once=2, waiting=50, refusal=busy)

    async def hashed(self, password: str) -> str:
        """Raises `HashingBusy`."""
        async with self._turns.one():
            return await asyncio.to_thread(self._hasher.hash, password)

    async def matches(self, password: str, password_hash: str) -> bool:
        """Raises `HashingBusy`."""
        async with self._turns.one():
            try:
                return await asyncio.to_thread(self._hasher.verify, password_hash, password)
            except VerifyMismatchError:
                return False
