"""Which gateways live; the sockets of one that fell silent are gone."""

from datetime import datetime, timedelta
from typing import Final

from common.bus import Subscription
from common.connection import LONGEST_WAIT, OPENS_WITHIN
from common.events import GatewayAlive
from common.mongo import Database

SAID_EVERY = timedelta(seconds=2)
SILENT_AFTER = timedelta(seconds=6)
FORGOTTEN_AFTER = timedelta(days=1)


class Gateways:
    """The collection `gateways`: when each gateway process was last heard of."""

    def __init__(self, db: Database) -> None:
        self._gateways = db["gateways"]

    def subscription(self) -> Subscription[GatewayAlive]:
        return Subscription(GatewayAlive, self._alive)

    async def _alive(self, event: GatewayAlive) -> None:
        await self.heard(event.gateway_id, at=event.occurred_at)

    async def heard(self, gateway_id: str, *, at: datetime) -> None:
        """The gateway lived at that moment; an older one changes nothing."""
        await self._gateways.update_one({"_id": gateway_id}, {"$max": {"heardAt": at}}, upsert=True)

    async def silent(self, *, at: datetime) -> list[str]:
        """Gateways that were heard of once and not within `SILENT_AFTER` before `at`."""
        await self._forget(at)
        query = {"heardAt": {"$lt": at - SILENT_AFTER}}
        return [row["_id"] async for row in self._gateways.find(query, {"_id": 1})]

    async def alive(self, *, at: datetime) -> list[str]:
        """Gateways that were heard of within `SILENT_AFTER` before `at`."""
        await self._forget(at)
        query = {"heardAt": {"$gte": at - SILENT_AFTER}}
        return [row["_id"] async for row in self._gateways.find(query, {"_id": 1})]

    async def _forget(self, at: datetime) -> None:
        await self._gateways.delete_many({"heardAt": {"$lt": at - FORGOTTEN_AFTER}})


class Hearing:
    """How long a process has heard the bus without a break.

    Who is deaf takes everybody for silent. No silence is believed while the broker is away
    or what it brings waits in a long queue, after this process itself stood still, and
    then until every gateway has had time to be heard again.
    """

    ENOUGH: Final = timedelta(seconds=OPENS_WITHIN + LONGEST_WAIT) + SILENT_AFTER
    """A gateway's attempt to connect may hang, it waits before the next, and speaks again."""
    LOOKS_EVERY: Final = timedelta(seconds=1)
    """How often `is_good` has to be asked."""

    def __init__(self) -> None:
        self._since: datetime | None = None
        self._looked_at: datetime | None = None

    def is_good(self, *, keeps_up: bool, at: datetime) -> bool:
        """Told at every look whether the bus is there and heard at once (`Bus.keeps_up`)."""
        looked_at, self._looked_at = self._looked_at, at
        stood_still = looked_at is not None and at - looked_at > 2 * self.LOOKS_EVERY
        if stood_still or not keeps_up:
            self._since = None
        if not keeps_up:
            return False
        self._since = self._since or at
        return at - self._since >= self.ENOUGH
