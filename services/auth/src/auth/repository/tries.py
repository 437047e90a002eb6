"""Where tries to sign in are counted."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from auth.domain import TooManyTries, text
from auth.domain.throttle import ACCOUNT_WAITS, ADDRESS_WAITS, FORGIVEN
from common.mongo import Database, Document, DuplicateKeyError, ReturnDocument, expiring


class TryRepository:
    """The collection `tries`: one row for each name and each address tried lately.

    A try is counted before it is known to fail, so that many at the same moment are
    not one; a success takes its own count back.
    """

    def __init__(self, db: Database) -> None:
        self._tries = db["tries"]

    async def prepare(self) -> None:
        await self._tries.create_indexes([expiring("at", FORGIVEN)])

    async def begin(self, name: str, address: str, *, at: datetime) -> None:
        """Count a try to sign in as `name` from `address`.

        Raises:
            TooManyTries: It comes too early after others; it is not counted.
        """
        await self._count(_row("address", address), ADDRESS_WAITS, at)
        try:
            await self._count(_row("account", text.key(name)), ACCOUNT_WAITS, at)
        except TooManyTries:
            await self._take_back(_row("address", address), at)
            raise

    async def succeeded(self, name: str, address: str, *, at: datetime) -> None:
        """The try was good: forget the account's failures, but not those of the address.

        Else somebody could clear the address with an account of their own.
        """
        await self._tries.delete_one({"_id": _row("account", text.key(name))})
        await self._take_back(_row("address", address), at)

    async def _take_back(self, row: str, at: datetime) -> None:
        undo = {"$inc": {"failures": -1}, "$set": {"free_at": at}}
        await self._tries.update_one({"_id": row, "failures": {"$gt": 0}}, undo)

    async def _count(self, row: str, waits: Sequence[int], at: datetime) -> None:
        try:
            before = await self._add(row, waits, at)
        except DuplicateKeyError:  # two first tries at once; the row is there now
            before = await self._add(row, waits, at)
        if before is not None and before["free_at"] > at:
            raise TooManyTries((before["free_at"] - at).total_seconds())

    async def _add(self, row: str, waits: Sequence[int], at: datetime) -> Document | None:
        """Count one more unless there is a wait; returns the row as it was."""
        failures = {"$add": [{"$ifNull": ["$failures", 0]}, 1]}
        wait = {"$arrayElemAt": [list(waits), {"$min": [failures, len(waits) - 1]}]}
        counted = {
            "_id": "$_id",
            "failures": failures,
            "at": at,
            "free_at": {"$add": [at, {"$multiply": [wait, 1000]}]},
        }
        waiting = {"$gt": ["$free_at", at]}
        return await self._tries.find_one_and_update(
            {"_id": row},
            [{"$replaceWith": {"$cond": [waiting, "$$ROOT", counted]}}],
            upsert=True,
            return_document=ReturnDocument.BEFORE,
        )


def _row(kind: str, of: str) -> str:
    # Hashed: names and addresses of people are not to be read here.
    return f"{kind}:{hashlib.sha256(of.encode()).hexdigest()}"
