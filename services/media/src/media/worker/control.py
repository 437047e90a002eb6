"""What signaling asks of the worker, and what the worker says of itself."""

import asyncio
from collections import deque
from time import monotonic, process_time
from typing import Final

import structlog
from pydantic import ValidationError

from common import telemetry
from common.bus import Bus, BusAway
from common.clock import utc_now
from common.events import Envelope, Event, WorkerAlive, WorkerStopped
from common.forwarding import (
    REQUEST,
    Answer,
    Close,
    Leave,
    Publish,
    Published,
    Refused,
    Request,
    Subscribe,
)
from common.problems import Problem
from common.requests import Answering
from common.wire import Wire
from media.worker.engine import Engine
from media.worker.room.rooms import Rooms

BEAT: Final = 1.0
"""Seconds between two words that the worker lives."""
LOGGED_EVERY: Final = 10
"""Beats between two log lines with its figures. It serves no HTTP: what scrapes would be
seen in the delay of packets, and signaling knows by the beats whether it lives."""
MOST_WAITING: Final = 1000
"""Live frames that wait for the broker; older ones are dropped, nobody misses them."""

log = structlog.get_logger()


class Nothing(Wire):
    """It was done, and there is nothing to say about it."""


class Refusal(Wire):
    """It was not done, and asking again would not help."""

    refused: Refused


class Control:
    """Obeys, one request after the other: nothing in it waits."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    async def answer(self, body: bytes) -> bytes:
        """What `common.forwarding` says."""
        try:
            told = self._obey(REQUEST.validate_json(body))
        except ValidationError:
            told = _refusal("bad-request", "This version of the worker does not know that.")
        except Problem as problem:
            told = _refusal(problem.code, problem.message)
        return told.model_dump_json(exclude_none=True).encode()

    def _obey(self, request: Request) -> Wire:
        match request:
            case Publish(room_id=room, peer_id=peer, connection_id=connection):
                answer = self._rooms.room(room).publish(peer, connection, request.offer)
                return Published(answer=answer)
            case Subscribe(room_id=room, peer_id=peer, connection_id=connection):
                return self._rooms.room(room).subscribe(
                    peer, connection, request.wants, restart=request.restart
                )
            case Answer(room_id=room, peer_id=peer):
                self._rooms.room(room).answer(peer, request.answer)
            case Leave(room_id=room, peer_id=peer):
                self._rooms.leave(room, peer)
            case Close(room_id=room):
                self._rooms.close(room)
        return Nothing()


def _refusal(code: str, message: str) -> Refusal:
    return Refusal(refused=Refused(code=code, message=message))


class LiveFrames:
    """Frames for clients that nobody keeps, on their way to the broker."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._waiting: deque[tuple[str, str, str, object]] = deque(maxlen=MOST_WAITING)
        self._more = asyncio.Event()

    def show(self, key: str, frame: str, room_id: str, data: object) -> None:
        """Show a frame to those who listen at `key`; never waits."""
        self._waiting.append((key, frame, room_id, data))
        self._more.set()

    async def run(self) -> None:
        """Pass frames on, for ever; those that the broker does not take now are dropped."""
        while True:
            await self._more.wait()
            self._more.clear()
            while self._waiting:
                key, frame, room_id, data = self._waiting.popleft()
                try:
                    await self._bus.show([key], frame, room_id, data)
                except BusAway as away:
                    log.debug("not shown", frame=frame, error=str(away))


class Heart:
    """Says every second that the worker lives, and how busy it is."""

    def __init__(
        self, worker_id: str, bus: Bus, answering: Answering, engine: Engine, rooms: Rooms
    ) -> None:
        self._worker_id = worker_id
        self._bus = bus
        self._answering = answering
        self._engine = engine
        self._rooms = rooms
        self._is_leaving = False
        self._measured = monotonic(), process_time(), engine.sent

    async def beat(self) -> None:
        """For ever; a beat that cannot be said is not said later."""
        beats = 0
        while not self._is_leaving:
            await asyncio.sleep(BEAT)
            alive = self._alive()
            # Who cannot be asked had better not be chosen.
            if await self._answering.reachable() and not self._is_leaving:
                await self._say(alive)
            if beats % LOGGED_EVERY == 0:
                log.info(
                    "forwarding",
                    rooms=alive.rooms,
                    peers=alive.peers,
                    load=round(alive.load, 3),
                    packets_per_second=round(alive.packets_per_second),
                    received=self._engine.received,
                    refused=self._engine.refused,
                )
            beats += 1
        await asyncio.Event().wait()

    async def stop(self) -> None:
        """Say that the calls here need another worker."""
        self._is_leaving = True
        await self._say(WorkerStopped(occurred_at=utc_now(), worker_id=self._worker_id))

    def _alive(self) -> WorkerAlive:
        before, used_before, sent_before = self._measured
        now, used, sent = self._measured = monotonic(), process_time(), self._engine.sent
        passed = max(now - before, 0.001)
        return WorkerAlive(
            occurred_at=utc_now(),
            worker_id=self._worker_id,
            load=(used - used_before) / passed,
            packets_per_second=(sent - sent_before) / passed,
            rooms=len(self._rooms),
            peers=self._rooms.peers,
        )

    async def _say(self, event: Event) -> None:
        try:
            await self._bus.publish(Envelope.of(event, telemetry.carried()))
        except BusAway as away:
            log.debug("not said", error=str(away))
