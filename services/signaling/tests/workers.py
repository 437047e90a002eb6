"""A media worker as signaling sees one: it speaks every second and answers what it is asked."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import orjson

from common import background
from common.bus import Bus
from common.clock import utc_now
from common.events import Envelope, WorkerAlive
from common.forwarding import REQUEST, Close, Leave, Publish, Request, Subscribe, queue_of
from common.requests import Answering
from common.testing import eventually

Refusing = Callable[[Request], str | None]


class Worker:
    """Real on the broker's side; its rooms are sets of names."""

    def __init__(self, amqp_url: str, worker_id: str) -> None:
        self.worker_id = worker_id
        self.asked: list[Request] = []
        self.rooms: dict[str, set[str]] = {}
        self.refuses: Refusing = lambda _: None
        self.speaks = True
        self.before_answer: Callable[[Request], Any] | None = None
        self._answering = Answering(amqp_url, queue_of(worker_id), self._answer)
        self.bus = Bus(amqp_url)

    async def run(self) -> None:
        async with asyncio.TaskGroup() as parts:
            parts.create_task(self._answering.run())
            parts.create_task(self.bus.run())
            parts.create_task(self._speak())

    async def reachable(self) -> bool:
        return await self._answering.reachable() and await self.bus.reachable()

    def asked_for(self, kind: type[Request]) -> list[Any]:
        return [each for each in self.asked if isinstance(each, kind)]

    async def _speak(self) -> None:
        while True:
            if self.speaks:
                alive = WorkerAlive(
                    occurred_at=utc_now(),
                    worker_id=self.worker_id,
                    load=0.1,
                    packets_per_second=0,
                    rooms=len(self.rooms),
                    peers=sum(len(each) for each in self.rooms.values()),
                )
                await self.bus.publish(Envelope.of(alive, {}))
            await asyncio.sleep(1)

    async def _answer(self, body: bytes) -> bytes:
        request = REQUEST.validate_json(body)
        self.asked.append(request)
        if self.before_answer is not None:
            await self.before_answer(request)
        code = self.refuses(request)
        if code is not None:
            return orjson.dumps({"refused": {"code": code, "message": "No."}})
        return orjson.dumps(self._obeyed(request))

    def _obeyed(self, request: Request) -> dict[str, Any]:
        match request:
            case Publish():
                self.rooms.setdefault(request.room_id, set()).add(request.peer_id)
                return {"answer": f"answer to {request.offer}"}
            case Subscribe():
                self.rooms.setdefault(request.room_id, set()).add(request.peer_id)
                slots = {str(n): each.model_dump() for n, each in enumerate(request.wants)}
                return {"offer": "offer" if slots else None, "slots": slots}
            case Leave():
                self.rooms.get(request.room_id, set()).discard(request.peer_id)
            case Close():
                self.rooms.pop(request.room_id, None)
        return {}


@asynccontextmanager
async def working(amqp_url: str, worker_id: str = "w1") -> AsyncIterator[Worker]:
    worker = Worker(amqp_url, worker_id)
    async with background.running(worker.run()):
        await eventually(worker.reachable)
        yield worker
