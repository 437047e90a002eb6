"""chat does not look whether it has a client id already: a message sent again is another one."""

import runpy
import sys
from collections.abc import Sequence

from chat.domain import Draft, Message
from chat.repository import MessageRepository


async def _prepare(self: MessageRepository) -> None:
    """Without the unique index, which would notice."""


async def _stored(
    self: MessageRepository, room_id: str, drafts: Sequence[Draft]
) -> Sequence[Message]:
    return []


MessageRepository.prepare = _prepare  # type: ignore[method-assign]
MessageRepository.stored = _stored  # type: ignore[method-assign]
runpy.run_module(sys.argv[1], run_name="__main__")
