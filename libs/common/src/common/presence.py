"""Which gateways live; the sockets of one that fell silent are gone."""

from datetime import datetime, timedelta

from common.bus import Subscription
from common.events import GatewayAlive
from common.mongo import Database

SAID_EVERY = timedelta(seconds=5)
SILENT_AFTER = timedelta(seconds=15)
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
