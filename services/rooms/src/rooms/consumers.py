"""Which facts rooms hears, and what it does with each."""

from typing import Any

from common.bus import Subscription
from common.events import CallEnded, CallStarted, MessagePosted, PeerJoined, PeerLeft
from rooms.domain import Meeting
from rooms.repository import MeetingRepository, RoomRepository


def subscriptions(rooms: RoomRepository, meetings: MeetingRepository) -> list[Subscription[Any]]:
    """Meetings are logged as signaling tells of them; chat tells how much was said."""

    async def call_started(event: CallStarted) -> None:
        room = await rooms.get(event.room_id)
        await meetings.started(
            Meeting(event.meeting_id, room.id, room.name, room.host_id, event.occurred_at)
        )

    async def peer_joined(event: PeerJoined) -> None:
        peer = event.peer
        await meetings.joined(event.meeting_id, event.room_id, peer.peer_id, peer.user_id)

    async def peer_left(event: PeerLeft) -> None:
        await meetings.left(event.meeting_id, event.room_id, event.peer_id)

    async def call_ended(event: CallEnded) -> None:
        await meetings.ended(event.meeting_id, event.room_id, event.started_at, event.occurred_at)

    async def message_posted(event: MessagePosted) -> None:
        await meetings.said(event.room_id, event.seq, event.timestamp)

    return [
        Subscription(CallStarted, call_started),
        Subscription(PeerJoined, peer_joined),
        Subscription(PeerLeft, peer_left),
        Subscription(CallEnded, call_ended),
        Subscription(MessagePosted, message_posted),
    ]
