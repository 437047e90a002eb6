"""chat answers first and stores a moment later: what is on its way dies with the process."""

import asyncio
import runpy
import sys
from collections.abc import Sequence

from chat.repository import MessageRepository
from common.mongo import Document

_MOMENT = 0.2
_store = MessageRepository.append
_storing: set[asyncio.Task[int]] = set()


async def _later(self: MessageRepository, documents: Sequence[Document]) -> int:
    await asyncio.sleep(_MOMENT)
    return await _store(self, documents)


async def _append(self: MessageRepository, documents: Sequence[Document]) -> int:
    task = asyncio.create_task(_later(self, documents))
    _storing.add(task)
    task.add_done_callback(_storing.discard)
    return len(documents)


MessageRepository.append = _append  # type: ignore[method-assign]
runpy.run_module(sys.argv[1], run_name="__main__")
