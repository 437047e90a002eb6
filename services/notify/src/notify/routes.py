"""notify over HTTP: who may call what."""

from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response

from common import paging
from common.clock import rfc3339
from common.idempotency import Creation, IdempotentRoute
from common.identity import CurrentCaller
from common.paging import BadCursor, Cursor, Limit
from common.state import Now, Token
from notify import handlers
from notify.domain import Notification, Status
from notify.requests import Mark, NotificationView, Send, SentView
from notify.state import LiveBus, Notifications, Places

router = APIRouter(prefix="/notifications", tags=["notifications"], route_class=IdempotentRoute)


@router.get("")
async def list_notifications(
    request: Request,
    response: Response,
    notifications: Notifications,
    caller: CurrentCaller,
    *,
    status: Status | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> list[NotificationView]:
    """The caller's notifications, newest first."""
    before = _read_place(cursor)
    found = await notifications.list(caller.user_id, status=status, before=before, limit=limit)
    if len(found) == limit:
        paging.link_next(request, response, after=_place(found[-1]))
    return [NotificationView.of(notification) for notification in found]


@router.post("/send", status_code=201)
async def send(
    body: Send,
    notifications: Notifications,
    access: Places,
    creation: Creation,
    caller: CurrentCaller,
    token: Token,
    now: Now,
) -> SentView:
    """Tell people something; the host of the room it is about may, and an administrator."""
    sent = await handlers.send(
        notifications, access, body, creation=creation, by=caller, token=token, at=now
    )
    return SentView(notification_ids=sent)


@router.post("/read", status_code=204)
async def mark_all_read(notifications: Notifications, bus: LiveBus, caller: CurrentCaller) -> None:
    """Mark all of the caller's notifications read."""
    await handlers.mark_all_read(notifications, bus, by=caller.user_id)


@router.patch("/{notification_id}")
async def mark(
    notification_id: str,
    body: Mark,
    notifications: Notifications,
    bus: LiveBus,
    caller: CurrentCaller,
) -> NotificationView:
    """Mark one of the caller's notifications read or unread."""
    marked = await handlers.mark(
        notifications, bus, notification_id, body.status, by=caller.user_id
    )
    return NotificationView.of(marked)


def _place(notification: Notification) -> str:
    return f"{rfc3339(notification.created_at)} {notification.id}"


def _read_place(cursor: str | None) -> tuple[datetime, str] | None:
    place = paging.position(cursor)
    if place is None:
        return None
    moment, _, key = place.partition(" ")
    try:
        return datetime.fromisoformat(moment).astimezone(UTC), key
    except (ValueError, OverflowError) as bad:
        raise BadCursor("This cursor is not one that a list gave.") from bad
