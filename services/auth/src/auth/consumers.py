"""Which facts auth hears, and what it does with each."""

from typing import Any

from auth.handlers import accounts, presence
from auth.handlers.presence import Presence
from common.bus import Subscription
from common.clock import Clock, utc_now
from common.events import FileStored, GatewayAlive, UserConnected, UserDisconnected

PICTURE = "profile-picture"


def subscriptions(its: Presence, *, clock: Clock = utc_now) -> list[Subscription[Any]]:
    """Gateways tell who is there; media tells of new pictures."""

    async def file_stored(event: FileStored) -> None:
        if event.purpose == PICTURE:
            await accounts.show_picture(its.users, event.owner_id, event.path, at=event.occurred_at)

    async def user_connected(event: UserConnected) -> None:
        await presence.connected(its, event, at=clock())

    async def user_disconnected(event: UserDisconnected) -> None:
        await presence.disconnected(its, event)

    async def gateway_alive(event: GatewayAlive) -> None:
        await presence.gateway_lives(its, event, at=clock())

    return [
        Subscription(FileStored, file_stored),
        Subscription(UserConnected, user_connected),
        Subscription(UserDisconnected, user_disconnected),
        Subscription(GatewayAlive, gateway_alive),
    ]
