"""What notify is asked and what it answers, as JSON."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field, StringConstraints

from common.clock import Timestamp
from common.wire import Body, Wire
from notify.domain import Notification, Status

Kind = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,31}$")]
Message = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
UserIds = Annotated[
    list[Annotated[str, StringConstraints(min_length=1, max_length=64)]],
    Field(min_length=1, max_length=200),
]
# It becomes part of an address when rooms is asked, so it is letters, digits, - and _ only.
RoomId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


class Send(Body):
    user_ids: UserIds
    """Who is told."""
    kind: Kind = Field(alias="type")
    """`reminder`, `invitation` or another word."""
    message: Message
    related_room_id: RoomId | None = None
    """The room it is about; its host may send it."""


class Mark(Body):
    status: Status


class NotificationView(Wire):
    id: str
    kind: str = Field(alias="type")
    message: str
    related_room_id: str | None
    status: Status
    created_at: Timestamp

    @classmethod
    def of(cls, notification: Notification) -> "NotificationView":
        return cls.model_validate(notification)


class SentView(Wire):
    message: str = "Notification sent successfully"
    notification_ids: Sequence[str]
