"""The streams of all rooms as gateways catch up with them: the messages themselves."""

from collections.abc import Collection, Mapping, Sequence

from chat.domain import posted
from chat.repository import MessageRepository
from common.events import Envelope


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
