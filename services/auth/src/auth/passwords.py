"""Account passwords, hashed off the event loop and never too many at once."""

import asyncio
import os

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from auth.domain import normalised
from common.problems import Unavailable
from common.turns import Turns

LONGEST_QUEUE = 50
"""Hashes that may wait for a processor; about two seconds' work."""


class HashingBusy(Unavailable):
    code = "sign-in-busy"


class Passwords:
    """argon2id at a cost the operator sets; as many at a time as there are processors."""

    def __init__(self, *, memory_kib: int, time_cost: int) -> None:
        self._hasher = PasswordHasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=1)
        busy = HashingBusy("Too many people are logging in right now; please try again.")
        self._turns = Turns(at_once=os.cpu_count() or 1, waiting=LONGEST_QUEUE, refusal=busy)
        # Verified against where there is no account, so that both answers take as long.
        self._nobodys = self._hasher.hash(os.urandom(16).hex())

    def accept(self) -> None:
        """Raises `HashingBusy` while the queue is full."""
        self._turns.accept()

    async def hashed(self, password: str) -> str:
        """Raises `HashingBusy`."""
        async with self._turns.one():
            return await asyncio.to_thread(self._hasher.hash, normalised(password))

    async def matches(self, password: str, password_hash: str | None) -> bool:
        """Whether it is the password; without a hash it never is, and takes as long.

        Raises:
            HashingBusy: Too many wait already.
        """
        async with self._turns.one():
            try:
                await asyncio.to_thread(
                    self._hasher.verify, password_hash or self._nobodys, normalised(password)
                )
            except VerifyMismatchError:
                return False
        return password_hash is not None

    async def rehashed(self, password: str, password_hash: str) -> str | None:
        """A new hash, if this one was made at another cost than is set now."""
        if not self._hasher.check_needs_rehash(password_hash):
            return None
        return await self.hashed(password)
