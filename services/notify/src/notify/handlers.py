"""Load, decide, save: one function for each thing notify can be asked to do."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from common.access import AccessList
from common.bus import Bus, BusAway
from common.events import PeopleInvited
from common.identity import Caller
from notify import domain
from notify.domain import News, Notification, Status
from notify.repository import NotificationRepository
from notify.requests import Send


async def invite(
    notifications: NotificationRepository, access: AccessList, invited: PeopleInvited
) -> None:
    """Tell everybody who was asked to come; hearing of it twice tells nobody twice."""
    await notifications.add(domain.invitations(invited))
    # Looked at after the write: whichever of the two facts comes last cleans up.
    if await access.is_deleted(invited.room_id):
        await notifications.withdraw_invitations(invited.room_id)


async def send(  # noqa: PLR0913 - who, what and when
    notifications: NotificationRepository,
    access: AccessList,
    wanted: Send,
    *,
    creation: UUID,
    by: Caller,
    token: str,
    at: datetime,
) -> Sequence[str]:
    """Ids of the notifications, made now or by the same `creation` before.

    Raises `MayNotSend` and what `AccessList.of` raises.
    """
    if not by.is_admin:
        room_id = domain.only_about_a_room(wanted.related_room_id)
        domain.only_host(await access.of(room_id, by.user_id, token))
    news = News(creation, wanted.kind, wanted.message, wanted.related_room_id, at)
    changes = domain.tell(news, wanted.user_ids)
    await notifications.add(changes)
    return [notification.id for notification, _ in changes]


async def mark(
    notifications: NotificationRepository, bus: Bus, key: str, status: Status, *, by: str
) -> Notification:
    marked = await notifications.mark(key, by, status)
    if status == "read":
        await _tell_devices(bus, by, key)
    return marked


async def mark_all_read(notifications: NotificationRepository, bus: Bus, *, by: str) -> None:
    await notifications.mark_all_read(by)
    await _tell_devices(bus, by, None)


async def _tell_devices(bus: Bus, user_id: str, key: str | None) -> None:
    """Let the person's other devices show it as read; one that misses it lists it so later."""
    # Asked first: an absent broker would hold a request back that is done already.
    if await bus.reachable():
        with suppress(BusAway):
            await bus.show([f"user.{user_id}"], "notificationRead", None, {"id": key})
