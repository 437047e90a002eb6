"""Which media workers live, as this process sees it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from common import mongo
from common.mongo import Database
from signaling.domain import Fleet

SILENT_AFTER: Final = timedelta(seconds=3)
"""A worker speaks every second."""
A_PEER_COSTS: Final = 0.01
"""Load that one more peer is taken for until its worker says what it is."""
_KEPT: Final = timedelta(days=1)


class Workers:
    """The collection `workers`: what was last said by each, and how often it spoke.

    Replicas share what they hear and compare no clocks: each looks every second whether the
    number of times has grown, and takes for silent whom it saw stand still for too long.
    """

    def __init__(self, db: Database) -> None:
        self._workers = db["workers"]
        self._grew: dict[str, tuple[int, datetime | None]] = {}
        self.fleet = Fleet({})
        """What is known since the last look."""
        self.heard_lately: frozenset[str] = frozenset()
        """Those that are there, even if they are about to go."""

    async def prepare(self) -> None:
        await self._workers.create_indexes([mongo.expiring("at", _KEPT)])

    async def heard(self, worker_id: str, *, load: float, at: datetime) -> None:
        """The worker lives."""
        said = {"$inc": {"beats": 1}, "$set": {"load": load, "at": at}}
        await self._workers.update_one({"_id": worker_id}, said, upsert=True)

    async def stopped(self, worker_id: str, *, at: datetime) -> None:
        """The worker goes away for good, whatever comes late of what it said before."""
        said = {"$set": {"stopped": True, "at": at}}
        await self._workers.update_one({"_id": worker_id}, said, upsert=True)

    def took(self, worker_id: str | None, *, peers: int) -> None:
        """Peers were given to it: reckoned with until it tells its load again."""
        load = None if worker_id is None else self.fleet.live.get(worker_id)
        if worker_id is not None and load is not None:
            live = {**self.fleet.live, worker_id: load + peers * A_PEER_COSTS}
            self.fleet = replace(self.fleet, live=live)

    async def look(self, *, silence_counts: bool, at: datetime) -> None:
        """See who spoke since the last look; whether silence counts, `Hearing` knows."""
        known = {row["_id"]: row async for row in self._workers.find({})}
        self._grew = {
            worker_id: self._growth(worker_id, row.get("beats", 0), at)
            for worker_id, row in known.items()
        }
        self.heard_lately = frozenset(
            worker_id
            for worker_id, (_, since) in self._grew.items()
            if since is not None and at - since < SILENT_AFTER
        )
        stopped = frozenset(each for each, row in known.items() if row.get("stopped"))
        live = {each: known[each]["load"] for each in self.heard_lately - stopped}
        self.fleet = Fleet(live, stopped, silence_counts=silence_counts)

    def _growth(self, worker_id: str, beats: int, at: datetime) -> tuple[int, datetime | None]:
        # Seen for the first time it may have died long ago: the next look tells.
        before, since = self._grew.get(worker_id, (beats, None))
        return beats, at if beats != before else since
