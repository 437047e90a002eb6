"""Guessing made slow: each failed try makes the next one wait longer, never for ever."""

import hashlib
import math
from collections.abc import Sequence
from datetime import datetime, timedelta

from common.mongo import Database, Document, DuplicateKeyError, ReturnDocument, expiring
from common.problems import TooMany

FORGIVEN = timedelta(hours=1)
"""After so long without a try all is forgotten."""


class TooManyTries(TooMany):
    code = "too-many-tries"

    def __init__(self, wait: float) -> None:
        """`wait` is seconds."""
        super().__init__("Too many tries; please wait a moment.")
        self.retry_after = max(1, math.ceil(wait))


class Throttle:
    """The collection `tries`: one row for each kind and name tried lately.

    A try is counted before it is known to fail, so that many at the same moment are
    not one; `take_back` or `forget` undo it.
    """

    def __init__(self, db: Database) -> None:
        self._tries = db["tries"]

    async def prepare(self) -> None:
        """Create the index that forgives."""
        await self._tries.create_indexes([expiring("at", FORGIVEN)])

    async def count(self, kind: str, name: str, waits: Sequence[int], *, at: datetime) -> None:
        """Count a try; `waits` are the seconds after so many failed ones, the last for any more.

        Raises:
            TooManyTries: It comes too early after others; it is not counted.
        """
        row = _row(kind, name)
        # A longer wait than there is was noted by a clock that was wrong.
        latest = at + timedelta(seconds=max(waits))
        try:
            before = await self._add(row, waits, at, latest)
        except DuplicateKeyError:  # two first tries at once; the row is there now
            before = await self._add(row, waits, at, latest)
        free_at: datetime | None = before["free_at"] if before is not None else None
        if free_at is not None and at < free_at <= latest:
            raise TooManyTries((free_at - at).total_seconds())

    async def forget(self, kind: str, name: str) -> None:
        """All tries so far count no more."""
        await self._tries.delete_one({"_id": _row(kind, name)})

    async def take_back(self, kind: str, name: str, *, at: datetime) -> None:
        """One try counts no more."""
        undo = {"$inc": {"failures": -1}, "$set": {"free_at": None, "at": at}}
        await self._tries.update_one({"_id": _row(kind, name), "failures": {"$gt": 0}}, undo)

    async def _add(
        self, row: str, waits: Sequence[int], at: datetime, latest: datetime
    ) -> Document | None:
        """Count one more unless there is a wait until `latest`; returns the row as it was."""
        failures = {"$add": [{"$ifNull": ["$failures", 0]}, 1]}
        wait = {"$arrayElemAt": [list(waits), {"$min": [failures, len(waits) - 1]}]}
        # No moment where there is no wait: of two tries at once the earlier one may be
        # counted last, and would find a moment that it has not reached.
        free_at = {"$cond": [{"$gt": [wait, 0]}, {"$add": [at, {"$multiply": [wait, 1000]}]}, None]}
        counted = {"_id": "$_id", "failures": failures, "at": at, "free_at": free_at}
        waiting = {"$and": [{"$gt": ["$free_at", at]}, {"$lte": ["$free_at", latest]}]}
        return await self._tries.find_one_and_update(
            {"_id": row},
            [{"$replaceWith": {"$cond": [waiting, "$$ROOT", counted]}}],
            upsert=True,
            return_document=ReturnDocument.BEFORE,
        )


def _row(kind: str, name: str) -> str:
    # Hashed: names and addresses of people are not to be read here.
    return f"{kind}:{hashlib.sha256(name.encode()).hexdigest()}"
