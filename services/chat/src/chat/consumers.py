"""Which facts chat hears, and what it does with each."""

from dataclasses import replace
from typing import Any

from chat.repository import MessageRepository
from common.access import AccessList
from common.bus import Subscription
from common.events import RoomDeleted


def subscriptions(access: AccessList, messages: MessageRepository) -> list[Subscription[Any]]:
    """The access list follows rooms' facts; a room that is deleted takes its messages along."""

    def with_messages(kept: Subscription[RoomDeleted]) -> Subscription[RoomDeleted]:
        async def room_deleted(event: RoomDeleted) -> None:
            # In this order, so that nothing new is said after the messages are gone.
            await kept.react(event)
            await messages.delete_room(event.room_id)

        return replace(kept, react=room_deleted)

    return [
        with_messages(each) if each.event is RoomDeleted else each
        for each in access.subscriptions()
    ]
