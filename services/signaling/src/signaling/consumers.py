"""Which facts signaling hears, and what it does with each."""

from datetime import timedelta
from typing import Any

from common.access import AccessList
from common.bus import Subscription
from common.clock import Clock
from common.events import (
    GatewayAlive,
    ParticipantRemoved,
    RoomClosed,
    RoomDeleted,
    RoomUpdated,
    UserConnected,
    UserDisconnected,
    WorkerAlive,
    WorkerStopped,
)
from common.presence import Gateways
from signaling import handlers
from signaling.repository import CallRepository, ClosedSockets
from signaling.workers import Workers


def subscriptions(  # noqa: PLR0913, PLR0917 - everything that facts change
    calls: CallRepository,
    access: AccessList,
    closed: ClosedSockets,
    gateways: Gateways,
    workers: Workers,
    clock: Clock,
) -> list[Subscription[Any]]:
    """Calls follow what rooms decides, what gateways see and which workers there are.

    Times are this service's own, not the sender's: a gateway whose clock is wrong is not
    silent, and a fact that comes late still gives a peer all its time to come back.
    """
    copy = {each.event: each.react for each in access.subscriptions()}

    async def participant_removed(event: ParticipantRemoved) -> None:
        await copy[ParticipantRemoved](event)
        await handlers.remove_user(calls, access, event.room_id, event.user_id, at=clock())

    async def room_closed(event: RoomClosed) -> None:
        await copy[RoomClosed](event)
        await handlers.end_call(calls, event.room_id, at=clock())

    async def room_deleted(event: RoomDeleted) -> None:
        await copy[RoomDeleted](event)
        await handlers.end_call(calls, event.room_id, at=clock())

    async def room_updated(event: RoomUpdated) -> None:
        await access.set_topology(event.room_id, event.seq, event.topology)
        # What is newest there, which a late fact may not be.
        setting = await access.topology(event.room_id)
        await handlers.follow_setting(calls, workers, event.room_id, setting, at=clock())

    async def user_connected(event: UserConnected) -> None:
        await gateways.heard(event.gateway_id, at=clock())

    async def user_disconnected(event: UserDisconnected) -> None:
        silent = timedelta(seconds=event.silent_seconds)
        await handlers.lose_connection(
            calls, closed, event.connection_id, at=clock(), silent=silent
        )

    async def gateway_alive(event: GatewayAlive) -> None:
        await gateways.heard(event.gateway_id, at=clock())

    async def worker_alive(event: WorkerAlive) -> None:
        await workers.heard(event.worker_id, load=event.load, at=clock())

    async def worker_stopped(event: WorkerStopped) -> None:
        await workers.stopped(event.worker_id, at=clock())

    own: list[Subscription[Any]] = [
        Subscription(ParticipantRemoved, participant_removed),
        Subscription(RoomClosed, room_closed),
        Subscription(RoomDeleted, room_deleted),
        Subscription(RoomUpdated, room_updated),
        Subscription(UserConnected, user_connected),
        Subscription(UserDisconnected, user_disconnected),
        Subscription(GatewayAlive, gateway_alive),
        Subscription(WorkerAlive, worker_alive),
        Subscription(WorkerStopped, worker_stopped),
    ]
    mine = {each.event for each in own}
    return [*own, *(each for each in access.subscriptions() if each.event not in mine)]
