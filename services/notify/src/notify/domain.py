"""What notify decides: pure, nothing here waits, stores or asks for the time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID, uuid5

from common.admission import Access
from common.events import NotificationCreated, PeopleInvited
from common.problems import Forbidden, NotFound

Status = Literal["unread", "read"]

INVITATION = "invitation"


class NotificationNotFound(NotFound):
    code = "notification-not-found"

    def __init__(self, message: str = "Notification not found") -> None:
        super().__init__(message)


class MayNotSend(Forbidden):
    code = "may-not-send"


@dataclass(frozen=True, slots=True)
class Notification:
    """Something one person should hear of."""

    id: str
    user_id: str
    kind: str
    """`invitation`, `reminder` or a later kind."""
    message: str
    related_room_id: str | None
    created_at: datetime
    status: Status = "unread"


@dataclass(frozen=True, slots=True)
class News:
    """What is told to several people at once."""

    id: UUID
    """Whoever is told the same news again is told nothing."""
    kind: str
    message: str
    related_room_id: str | None
    at: datetime


Change = tuple[Notification, NotificationCreated]


def tell(news: News, user_ids: list[str]) -> list[Change]:
    """A notification for each person; naming somebody twice tells them once."""
    return [_tell(news, user_id) for user_id in dict.fromkeys(user_ids)]


def invitations(invited: PeopleInvited) -> list[Change]:
    """A notification for everybody who was asked to come."""
    news = News(
        id=invited.event_id,
        kind=INVITATION,
        message=f"{invited.inviter_name} invited you to “{invited.room_name}”.",
        related_room_id=invited.room_id,
        at=invited.occurred_at,
    )
    return tell(news, invited.user_ids)


def only_host(sender: Access) -> None:
    """Raises `MayNotSend` for who takes part in the room but does not host it."""
    if sender.role != "host":
        raise MayNotSend("Only the host of a room may notify people about it.")


def only_about_a_room(room_id: str | None) -> str:
    """The room that a person without a role of their own wants to tell of.

    Raises:
        MayNotSend: There is none.
    """
    if room_id is None:
        raise MayNotSend("Only an administrator may notify people about no room.")
    return room_id


def _tell(news: News, user_id: str) -> Change:
    notification = Notification(
        id=str(uuid5(news.id, user_id)),
        user_id=user_id,
        kind=news.kind,
        message=news.message,
        related_room_id=news.related_room_id,
        created_at=news.at,
    )
    created = NotificationCreated(
        occurred_at=news.at,
        id=notification.id,
        user_id=user_id,
        kind=notification.kind,
        message=notification.message,
        related_room_id=notification.related_room_id,
        status=notification.status,
        created_at=news.at,
    )
    return notification, created
