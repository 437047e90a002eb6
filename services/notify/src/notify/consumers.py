"""Which facts notify hears, and what it does with each."""

from typing import Any

from common.access import AccessList
from common.bus import Subscription
from common.events import PeopleInvited, RoomDeleted
from notify import handlers
from notify.repository import NotificationRepository


def subscriptions(
    notifications: NotificationRepository, access: AccessList
) -> list[Subscription[Any]]:
    """Invitations become notifications; the rest keeps the access list true."""
    kept = {each.event: each for each in access.subscriptions()}

    async def people_invited(event: PeopleInvited) -> None:
        await handlers.invite(notifications, access, event)

    async def room_deleted(event: RoomDeleted) -> None:
        # In this order: `handlers.invite` looks at the access list after its own write.
        await kept[RoomDeleted].react(event)
        await notifications.withdraw_invitations(event.room_id)

    own: list[Subscription[Any]] = [
        Subscription(PeopleInvited, people_invited),
        Subscription(RoomDeleted, room_deleted),
    ]
    return [*(each for each in kept.values() if each.event is not RoomDeleted), *own]
