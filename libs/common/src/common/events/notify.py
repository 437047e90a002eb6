"""What notify publishes: things a person wants to hear of."""

from typing import Literal

from pydantic import Field

from common.clock import Timestamp
from common.events.event import Event, PersonalText


class NotificationCreated(Event):
    """There is news for one person."""

    type = "notify.notification_created.v1"
    frame = "notification"

    id: str
    user_id: str
    kind: str = Field(alias="type")
    """`invitation`, `reminder` or a later kind."""
    message: PersonalText
    related_room_id: str | None
    status: Literal["unread", "read"]
    created_at: Timestamp

    def subject(self) -> str | None:
        return self.user_id

    def audience(self) -> tuple[str, ...]:
        return (f"user.{self.user_id}",)
