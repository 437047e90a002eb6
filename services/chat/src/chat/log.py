"""The messages themselves as what was told of them: for gateways that lack some, for a replay."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import datetime

from chat.domain import posted
from chat.repository import MessageRepository
from common.events import Envelope
from common.mongo import Database


class MessageLog:
    """Messages as the facts they were told as; they are kept as long as their room."""

    def __init__(self, messages: MessageRepository) -> None:
        self._messages = messages

    async def grown(self, after: Mapping[str, int]) -> Collection[str]:
        return await self._messages.grown(after)

    async def newest(self, room_id: str) -> int:
        return await self._messages.last(room_id)

    async def since(self, room_id: str, seq: int, limit: int) -> Sequence[Envelope]:
        page = await self._messages.page(room_id, after=seq, limit=limit)
        return [Envelope.of(posted(message), {}) for message in page]


async def told(db: Database, since: datetime) -> AsyncIterator[Envelope]:
    """What was said since a moment, in the order of time, as the facts it was told as."""
    async for message in MessageRepository(db).all_since(since):
        yield Envelope.of(posted(message), {})
