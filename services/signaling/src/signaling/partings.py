"""Tells workers what they have to forget: at once after a write, and again until they did."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from typing import Final

import structlog

from common import mongo
from common.clock import utc_now
from common.forwarding import Close, Leave
from common.problems import Problem
from signaling.domain import Parting, WorkerAway
from signaling.forwarders import Forwarders, Nothing
from signaling.repository import CallRepository

log = structlog.get_logger()

AT_ONCE: Final = 16
"""Requests that one worker is given at the same time."""
POLLS_EVERY: Final = 1.0
"""Seconds; what a crashed process left behind, and what becomes due, is found by looking."""

Due = Sequence[tuple[str, Parting]]
"""Room ids, and what is to be told of them."""


class Partings:
    """Any number of replicas may tell the same: forgetting twice changes nothing.

    A worker that is slow or away holds up no other; once it is lost, the sweep forgets
    what it was to be told.
    """

    def __init__(
        self, calls: CallRepository, forwarders: Forwarders, *, woken: asyncio.Event
    ) -> None:
        """`woken` is set after each write of a call that has partings."""
        self._calls = calls
        self._forwarders = forwarders
        self._woken = woken
        self._busy: set[str] = set()

    async def run(self) -> None:
        """Tell for ever, at once when woken and otherwise every `POLLS_EVERY` seconds."""
        async with asyncio.TaskGroup() as telling:
            while True:
                self._woken.clear()
                for worker_id, due in (await self._due()).items():
                    self._busy.add(worker_id)
                    telling.create_task(self._tell(worker_id, due))
                try:
                    async with asyncio.timeout(POLLS_EVERY):
                        await self._woken.wait()
                except TimeoutError:
                    continue

    async def _due(self) -> dict[str, list[tuple[str, Parting]]]:
        """By worker, without those that are being told something already."""
        found: dict[str, list[tuple[str, Parting]]] = defaultdict(list)
        try:
            for room_id, parting in await self._calls.partings_due(at=utc_now()):
                if parting.worker_id not in self._busy:
                    found[parting.worker_id].append((room_id, parting))
        except mongo.AWAY as away:
            log.warning("partings wait", error=str(away))
        return found

    async def _tell(self, worker_id: str, due: Due) -> None:
        try:
            for first in range(0, len(due), AT_ONCE):
                some = due[first : first + AT_ONCE]
                await asyncio.gather(*(self._forget(*each) for each in some))
            self._woken.set()  # others may have come meanwhile
        except (WorkerAway, *mongo.AWAY) as away:
            log.warning("partings wait", worker=worker_id, error=str(away))
        finally:
            self._busy.discard(worker_id)

    async def _forget(self, room_id: str, parting: Parting) -> None:
        request = (
            Close(room_id=room_id)
            if parting.peer_id is None
            else Leave(room_id=room_id, peer_id=parting.peer_id)
        )
        try:
            await self._forwarders.ask(parting.worker_id, request, Nothing)
        except WorkerAway:
            raise
        except Problem as refused:  # it would refuse again
            log.warning("worker refused to forget", code=refused.code)
        await self._calls.parted(room_id, parting)
