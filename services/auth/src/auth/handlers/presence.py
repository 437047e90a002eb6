"""Load, decide, save: who is online, as the gateways' sockets tell."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from auth import domain
from auth.domain import Status, User
from auth.repository import ConnectionRepository, UserRepository
from common.events import GatewayAlive, UserConnected, UserDisconnected
from common.presence import SILENT_AFTER, Gateways


@dataclass(frozen=True, slots=True)
class Presence:
    """What it takes to know who is online."""

    users: UserRepository
    connections: ConnectionRepository
    gateways: Gateways


async def connected(its: Presence, event: UserConnected, *, at: datetime) -> None:
    # A gateway that dies before it first says that it lives must still be missed.
    await its.gateways.heard(event.gateway_id, at=at)
    await its.connections.opened(event.connection_id, event.user_id, event.gateway_id)
    await decide(its, event.user_id, at=event.occurred_at)


async def disconnected(its: Presence, event: UserDisconnected) -> None:
    at = event.occurred_at
    await its.connections.closed(event.connection_id, event.user_id, event.gateway_id, at=at)
    await decide(its, event.user_id, at=at)


async def gateway_lives(its: Presence, event: GatewayAlive, *, at: datetime) -> None:
    """What was lost with a gateway that was only silent comes back with it."""
    # By auth's own clock: a gateway whose clock is wrong is not silent.
    await its.gateways.heard(event.gateway_id, at=at)
    if at - event.occurred_at <= SILENT_AFTER:
        await its.connections.regain(event.gateway_id, at=at)
        await _decide_unsettled(its, at=at)


async def sweep(its: Presence, *, at: datetime) -> None:
    """End the sockets of gateways that fell silent."""
    await its.connections.lose(but=await its.gateways.alive(at=at), at=at)
    await _decide_unsettled(its, at=at)


async def _decide_unsettled(its: Presence, *, at: datetime) -> None:
    rows = await its.connections.unsettled()
    for user_id in {row["user"] for row in rows}:
        await decide(its, user_id, at=at)
    await its.connections.settle(rows)


async def decide(its: Presence, user_id: str, *, at: datetime) -> None:
    """Bring the person's status in line with their sockets.

    Looked at again after each write: whoever writes last has seen every socket that
    opened or closed before, and for later ones somebody else looks.
    """
    user = await its.users.find(user_id)
    while user is not None and user.status != (status := await _status(its, user_id)):
        user = await its.users.change(user_id, _appearing(status, at))


def _appearing(status: Status, at: datetime) -> Callable[[User], domain.Change]:
    return lambda user: domain.appear(user, status, at=at)


async def _status(its: Presence, user_id: str) -> Status:
    return "online" if await its.connections.is_open(user_id) else "offline"
