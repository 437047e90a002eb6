"""What one socket still has to be sent: bounded, so that a slow reader costs only itself."""

import asyncio
from collections import deque

from gateway.realtime.protocol import ServerFrame

MOST = 1 << 20
"""Bytes that may wait for one socket."""


class Outgoing:
    """Frames in order; never makes whoever adds one wait."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._frames: deque[ServerFrame] = deque()
        self._size = 0
        self._ended = False
        self._more = asyncio.Event()

    def put(self, frame: ServerFrame) -> bool:
        """Add a frame; False when the socket is too far behind for it.

        Superseded frames go first: over half they are not taken, and they make room
        for others.
        """
        if frame.superseded and self._size + frame.size > self._most // 2:
            return True
        if self._size + frame.size > self._most:
            self._drop_superseded()
            if self._size + frame.size > self._most:
                return False
        self._frames.append(frame)
        self._size += frame.size
        self._more.set()
        return True

    async def take(self) -> ServerFrame | None:
        """The next frame, once there is one; None after `end` when all are taken."""
        while not self._frames:
            if self._ended:
                return None
            self._more.clear()
            await self._more.wait()
        frame = self._frames.popleft()
        self._size -= frame.size
        return frame

    def end(self) -> None:
        """Nothing is added any more."""
        self._ended = True
        self._more.set()

    def _drop_superseded(self) -> None:
        self._frames = deque(frame for frame in self._frames if not frame.superseded)
        self._size = sum(frame.size for frame in self._frames)
