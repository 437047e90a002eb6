"""One open socket whose person is known."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

import structlog

from common.clock import new_id
from common.identity import Caller
from gateway.realtime.lanes import Lanes
from gateway.realtime.outgoing import Exit, Outgoing
from gateway.realtime.protocol import Close, ServerFrame

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class End:
    """How a socket ended."""

    code: int
    by_us: bool
    """Whether the client has yet to be told."""
    silent: float = 0.0
    """Seconds for which a client that was given up had not been heard."""


class Connection:
    """What the gateway keeps for an open socket; nothing here waits for the client."""

    def __init__(self, caller: Caller, token: str, leave: Exit) -> None:
        loop = asyncio.get_running_loop()
        self.id = new_id()
        self.caller = caller
        self.token = token
        self.unspoken = 0
        """Looks since its last frame."""
        self.lanes = Lanes()
        self.outgoing = Outgoing(leave)
        self.ended: asyncio.Future[End] = loop.create_future()
        self._running: set[asyncio.Task[None]] = set()

    @property
    def user_id(self) -> str:
        return self.caller.user_id

    def hear(self, frame: ServerFrame) -> None:
        """Send a frame, in its turn; who has fallen too far behind is closed instead."""
        if not self.ended.done() and not self.outgoing.put(frame):
            self.close(Close.TOO_SLOW)

    def close(self, code: int, *, silent: float = 0.0) -> None:
        """End the socket; the first reason counts."""
        self._end(End(code, by_us=True, silent=silent))

    def lost(self, code: int) -> None:
        """The client has closed, or is gone."""
        self._end(End(code, by_us=False))

    def _end(self, end: End) -> None:
        if not self.ended.done():
            self.ended.set_result(end)

    def run(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Work on something for this socket beside everything else."""
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._done)
        return task

    async def finish(self, within: float) -> None:
        """Wait for what runs: what a client sent before it went still counts."""
        if self._running:
            await asyncio.wait(self._running, timeout=within)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("socket task failed", exc_info=error)
