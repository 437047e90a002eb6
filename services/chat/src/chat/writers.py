"""One writer for each room: numbers without a gap, and many messages in one write.

Sixteen writers of one room that each take a number in a transaction store 23 messages
a second; one writer that stores what waits in one go stores thousands.
"""

import asyncio
import random
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context, copy_context
from dataclasses import dataclass
from itertools import islice
from types import TracebackType
from typing import Self

import structlog

from chat import domain
from chat.domain import ClientIdReused, Draft, Message
from chat.repository import MessageRepository, as_document
from common.clock import Clock
from common.mongo import PyMongoError
from common.problems import TooMany, Unavailable

MOST_WAITING = 1_000
"""Messages of one room that may wait; the next one is refused."""
BATCH = 64
"""Messages stored in one write."""
TRIES = 8
"""How often a batch is numbered anew when another writer was faster."""
IDLE = 60.0
"""Seconds after which the writer of a silent room ends."""

log = structlog.get_logger()


class RoomBusy(TooMany):
    code = "room-busy"
    retry_after = 1


class NotStored(Unavailable):
    """The message may be stored or not; with the same client id it is safe to send again."""

    def __init__(
        self, message: str = "The message could not be stored for sure; please send it again."
    ) -> None:
        super().__init__(message)


class Writers:
    """The writers of the rooms in which something is being said.

    Several processes may have one for the same room: the unique index decides who is
    first, the other one looks again and goes on from there.
    """

    def __init__(
        self,
        messages: MessageRepository,
        is_deleted: Callable[[str], Awaitable[bool]],
        clock: Clock,
        *,
        idle: float = IDLE,
    ) -> None:
        """`is_deleted` tells whether a room is known to be gone."""
        self._messages = messages
        self._is_deleted = is_deleted
        self._clock = clock
        self._idle = idle
        self._writers: dict[str, _Writer] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def rooms(self) -> Sequence[str]:
        """The rooms that have a writer now."""
        return list(self._writers)

    async def post(self, draft: Draft) -> Message:
        """The draft as a stored message; the same client id gives the same one.

        Raises:
            ClientIdReused: The client id was used for another message.
            RoomBusy: `MOST_WAITING` others wait already.
            NotStored: The store does not answer.
        """
        writer = self._writers.get(draft.room_id) or self._start(draft.room_id)
        return await writer.post(draft)

    def _start(self, room_id: str) -> "_Writer":
        writer = self._writers[room_id] = _Writer(room_id, self._messages, self._clock)
        # A context of its own, or it would log for ever under its first message's trace.
        task = asyncio.create_task(self._run(room_id, writer), context=Context())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(writer.ended)
        return writer

    async def _run(self, room_id: str, writer: "_Writer") -> None:
        try:
            while await writer.has_posts(within=self._idle):
                await writer.write()
                # Whoever deletes a room says so first and then takes its messages away:
                # one that was on its way meanwhile is found here.
                if not writer.has_more and await self._is_deleted(room_id):
                    await self._messages.delete_room(room_id)
        finally:
            del self._writers[room_id]


@dataclass(frozen=True, slots=True)
class _Post:
    """A draft, who waits for it, and the trace it belongs to."""

    draft: Draft
    answer: asyncio.Future[Message]
    context: Context

    def settle(self, answer: Message | Exception) -> None:
        if self.answer.done():  # whoever asked has gone
            return
        if isinstance(answer, Message):
            self.answer.set_result(answer)
        else:
            self.answer.set_exception(answer)


class _Writer:
    """Stores what is said in one room, in the order in which it came."""

    def __init__(self, room_id: str, messages: MessageRepository, clock: Clock) -> None:
        self._room_id = room_id
        self._messages = messages
        self._clock = clock
        self._waiting: deque[_Post] = deque()
        self._came = asyncio.Event()
        self._last: int | None = None
        """The newest number, as far as this writer knows it."""

    @property
    def has_more(self) -> bool:
        return bool(self._waiting)

    async def post(self, draft: Draft) -> Message:
        if len(self._waiting) >= MOST_WAITING:
            raise RoomBusy("Too much is being said in this room; please try again.")
        answer: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Post(draft, answer, copy_context()))
        self._came.set()
        return await answer

    async def has_posts(self, *, within: float) -> bool:
        """Whether something waits, or comes within so many seconds."""
        if not self._waiting:
            self._came.clear()
            try:
                async with asyncio.timeout(within):
                    await self._came.wait()
            except TimeoutError:
                return bool(self._waiting)
        return True

    async def write(self) -> None:
        """Store and answer what waits, at most `BATCH`."""
        batch = list(islice(self._waiting, BATCH))
        left: Sequence[_Post] = batch
        try:
            for attempt in range(TRIES):
                left = await self._store(left, looks=attempt > 0)
                if not left:
                    break
                await asyncio.sleep(random.uniform(0, 0.004 * 2**attempt))  # noqa: S311 - jitter
        except PyMongoError as away:
            self._last = None
            log.warning("messages not stored", room=self._room_id, error=str(away))
        for post in left:
            post.settle(NotStored())
        for _ in batch:
            self._waiting.popleft()

    async def _store(self, posts: Sequence[_Post], *, looks: bool) -> Sequence[_Post]:
        """Number and store posts; returns those that collided with what is there.

        At first nobody `looks` whether a message was stored before: that is rare, and the
        unique indexes tell.
        """
        drafts = [post.draft for post in posts]
        stored = await self._messages.stored(self._room_id, drafts) if looks else ()
        if self._last is None:
            self._last = await self._messages.last(self._room_id)
        decided = domain.append(drafts, stored, last=self._last, at=self._clock())
        count = await self._messages.append(
            [posts[place].context.run(as_document, each) for place, each in decided.new.items()]
        )
        reached = decided.last + count
        self._last = reached if count == len(decided.new) else None
        left: list[_Post] = []
        for post, answer in zip(posts, decided.answers, strict=True):
            if isinstance(answer, ClientIdReused) or answer.seq <= reached:
                post.settle(answer)
            else:
                left.append(post)
        return left

    def ended(self, task: asyncio.Task[None]) -> None:
        """Nobody waits for a writer that is no more: a bug is theirs to hear of."""
        error = None if task.cancelled() else task.exception()
        for post in self._waiting:
            post.settle(error if isinstance(error, Exception) else NotStored())
