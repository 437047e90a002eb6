"""A client of our media worker: asks over RabbitMQ exactly as signaling does."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from bench.media.descriptions import Offered, Sources, answer, offer, offered, remote
from bench.media.leg import Leg, NotConnected
from bench.media.loads import Peer
from pydantic import BaseModel

from common.forwarding import Answer, Publish, Published, Subscribe, Subscribed, Want, queue_of
from common.requests import Requests

_WITHIN = 10.0


@asynccontextmanager
async def asking(url: str, worker_id: str) -> AsyncIterator["WorkerCalls"]:
    """Calls at that worker."""
    requests = Requests(url)
    running = asyncio.create_task(requests.run())
    yield WorkerCalls(requests, queue_of(worker_id))
    running.cancel()
    await asyncio.wait([running])


class WorkerCalls:
    """What `bench.media.calls` asks for."""

    def __init__(self, requests: Requests, queue: str) -> None:
        self._requests = requests
        self._queue = queue

    async def open_rooms(self, count: int) -> None:
        """The first peer opens a room."""

    async def publish(self, peer: Peer, leg: Leg, sources: Sources) -> None:
        asked = Publish(
            room_id=f"room-{peer.room}",
            peer_id=peer.name,
            offer=offer(leg, sources, peer.name),
            connection_id=f"socket-of-{peer.name}",
        )
        told = Published.model_validate_json(await self._ask(asked))
        await leg.connect(remote(told.answer))

    async def subscribe(self, peer: Peer, leg: Leg, feeds: Sequence[Peer]) -> Offered:
        place = {"room_id": f"room-{peer.room}", "peer_id": peer.name}
        wants = [
            Want(peer_id=each.name, kind=kind) for each in feeds for kind in ("audio", "camera")
        ]
        asked = Subscribe(**place, wants=wants, connection_id=f"socket-of-{peer.name}")
        told = Subscribed.model_validate_json(await self._ask(asked))
        if told.offer is None:
            raise NotConnected("nothing is offered")
        found = offered(told.offer)
        await self._ask(Answer(**place, answer=answer(leg, told.offer)))
        await leg.connect(found.remote)
        return found

    async def _ask(self, asked: BaseModel) -> bytes:
        body = asked.model_dump_json(by_alias=True).encode()
        told = await self._requests.ask(self._queue, body, within=_WITHIN)
        if "refused" in json.loads(told):
            raise NotConnected(told.decode())
        return told
