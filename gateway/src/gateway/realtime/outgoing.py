"""What one socket still has to be sent: bounded, so that a slow reader costs only itself."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable
from contextlib import suppress
from itertools import count
from typing import Protocol

from prometheus_client import Counter

from gateway.realtime.protocol import ServerFrame

MOST = 1 << 20
"""Bytes that may wait for one socket, the frame that is being written among them."""
AT_ONCE = 16 << 10
"""Bytes after which no other frame is joined to a write."""

SUPERSEDED = Counter(
    "convo_gateway_frames_superseded", "Frames left out because a later one said it better."
)

_Aged = tuple[int, ServerFrame]
"""A frame and the number of the look before it came."""


class Exit(Protocol):
    """Where bytes leave."""

    freed: Callable[[], None]
    """Called when it takes bytes again."""

    @property
    def is_free(self) -> bool:
        """Whether it takes bytes now."""

    def carry(self, content: bytes) -> None:
        """Take bytes, and never make anybody wait."""


class Outgoing:
    """Frames in order; never makes whoever adds one wait.

    They leave at the end of the loop's turn, those of one turn together: what a socket
    costs is each write, not its bytes. Nothing runs for a socket to which nothing is sent.
    """

    def __init__(self, leave: Exit, most: int = MOST) -> None:
        self._exit = leave
        self._exit.freed = self._flush
        self._most = most
        self._loop = asyncio.get_running_loop()
        self._numbers = count()
        self._waiting: OrderedDict[Hashable, _Aged] = OrderedDict()
        self._begun: _Aged | None = None
        """The frame that left last, if only in part."""
        self._rest: deque[bytes] = deque()
        """What has not left of it."""
        self._size = 0
        self._looks = 0
        self._is_due = False
        self._empty = asyncio.Event()

    @property
    def size(self) -> int:
        """Bytes that wait."""
        return self._size

    def put(self, frame: ServerFrame) -> bool:
        """Add a frame; False when the socket is too far behind for it.

        A frame replaces the one of its topic that still waits. Frames with a topic go
        first: over half they are not taken, and they make room for others.
        """
        size = len(frame.content)
        if frame.topic is not None:
            self._drop(frame.topic)
            if self._size + size > self._most // 2:
                SUPERSEDED.inc()
                return True
        elif self._size + size > self._most:
            self._drop_superseded()
            if self._size + size > self._most:
                return False
        self._waiting[frame.topic or next(self._numbers)] = (self._looks, frame)
        self._size += size
        if not self._is_due:
            self._is_due = True
            self._loop.call_soon(self._flush)
        return True

    async def emptied(self, within: float) -> None:
        """Return when everything has left, or after so many seconds."""
        self._empty.clear()
        self._flush()
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self._empty.wait()

    def look(self) -> int:
        """For how many looks, this one included, the oldest frame has waited."""
        self._looks += 1
        oldest = self._begun if self._rest else next(iter(self._waiting.values()), None)
        return 0 if oldest is None else self._looks - oldest[0]

    def _flush(self) -> None:
        self._is_due = False
        while self._size and self._exit.is_free:
            self._exit.carry(b"".join(self._next()))
        if not self._size:
            self._empty.set()

    def _next(self) -> list[bytes]:
        # The innermost loop there is: it runs for each frame and each socket.
        waiting, rest = self._waiting, self._rest
        pieces: list[bytes] = []
        size = 0
        while size < AT_ONCE and (rest or waiting):
            if rest:
                piece = rest.popleft()
            else:
                _, self._begun = waiting.popitem(last=False)
                piece, *more = self._begun[1].pieces
                rest.extend(more)
            pieces.append(piece)
            size += len(piece)
            if not rest and self._begun is not None:
                self._size -= len(self._begun[1].content)
        return pieces

    def _drop(self, topic: Hashable) -> None:
        dropped = self._waiting.pop(topic, None)
        if dropped is not None:
            self._size -= len(dropped[1].content)
            SUPERSEDED.inc()

    def _drop_superseded(self) -> None:
        for topic in [frame.topic for _, frame in self._waiting.values() if frame.topic]:
            self._drop(topic)
