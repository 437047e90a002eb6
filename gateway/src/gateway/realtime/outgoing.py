"""What one socket still has to be sent: bounded, so that a slow reader costs only itself."""

import asyncio
from collections import OrderedDict
from collections.abc import Hashable
from itertools import count

from prometheus_client import Counter

from gateway.realtime.protocol import ServerFrame

MOST = 1 << 20
"""Bytes that may wait for one socket, the frame that is being written among them."""

SUPERSEDED = Counter(
    "convo_gateway_frames_superseded", "Frames left out because a later one said it better."
)

_Aged = tuple[int, ServerFrame]
"""A frame and the number of the look before it came."""


class Outgoing:
    """Frames in order; never makes whoever adds one wait."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._numbers = count()
        self._waiting: OrderedDict[Hashable, _Aged] = OrderedDict()
        self._leaving: _Aged | None = None
        self._size = 0
        self._looks = 0
        self._ended = False
        self._more = asyncio.Event()

    @property
    def size(self) -> int:
        """Bytes that wait."""
        return self._size

    def put(self, frame: ServerFrame) -> bool:
        """Add a frame; False when the socket is too far behind for it.

        A frame replaces the one of its topic that still waits. Frames with a topic go
        first: over half they are not taken, and they make room for others.
        """
        if frame.topic is not None:
            self._drop(frame.topic)
            if self._size + frame.size > self._most // 2:
                SUPERSEDED.inc()
                return True
        elif self._size + frame.size > self._most:
            self._drop_superseded()
            if self._size + frame.size > self._most:
                return False
        self._waiting[frame.topic or next(self._numbers)] = (self._looks, frame)
        self._size += frame.size
        self._more.set()
        return True

    async def take(self) -> ServerFrame | None:
        """The next frame, once there is one; None after `end` when all are taken.

        Asking for it says that the one before is written.
        """
        if self._leaving is not None:
            self._size -= self._leaving[1].size
            self._leaving = None
        while not self._waiting:
            if self._ended:
                return None
            self._more.clear()
            await self._more.wait()
        _, self._leaving = self._waiting.popitem(last=False)
        return self._leaving[1]

    def end(self) -> None:
        """Nothing is added any more."""
        self._ended = True
        self._more.set()

    def look(self) -> int:
        """For how many looks, this one included, the oldest frame has waited."""
        self._looks += 1
        oldest = self._leaving or next(iter(self._waiting.values()), None)
        return 0 if oldest is None else self._looks - oldest[0]

    def _drop(self, topic: Hashable) -> None:
        dropped = self._waiting.pop(topic, None)
        if dropped is not None:
            self._size -= dropped[1].size
            SUPERSEDED.inc()

    def _drop_superseded(self) -> None:
        for topic in [frame.topic for _, frame in self._waiting.values() if frame.topic]:
            self._drop(topic)
