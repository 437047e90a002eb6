"""Finds by number what the bus did not bring, so that chat goes on while the broker is away.

For each service that numbers facts of rooms the streams heard here are checked: at once
when a fact shows a gap or the queue was made anew, and otherwise every `EVERY` seconds,
all rooms in one question. A stream that moved meanwhile needs no check.
"""

import asyncio
import random
import time
from collections.abc import Callable, Iterable, Sequence
from http import HTTPStatus
from itertools import islice
from typing import Protocol

import structlog
from prometheus_client import Counter
from pydantic import ValidationError

from common.problems import Problem
from common.streams import MOST_ROOMS, Found, Missed, Wanted, Wants
from gateway.realtime.connection import Connection
from gateway.realtime.listeners import Listeners
from gateway.realtime.order import Fact, Order, Stream
from gateway.upstreams import Question, Upstreams

log = structlog.get_logger()

PUBLISHERS = ("chat", "signaling", "rooms")
"""Services that number what they tell of a room."""
EVERY = 2.0
"""Seconds between two checks of a stream in which nothing happens."""
EVERY_WHEN_AWAY = 0.4
"""The same while the broker is away and nothing else brings news."""
SETTLES_WITHIN = 0.05
"""Seconds a gap may close by itself: two relays may publish in another order."""
CAUGHT_UP = Counter("convo_gateway_caught_up", "Facts the bus had not brought.", ["publisher"])


class Audience(Protocol):
    """Who is told what was found."""

    def show(self, facts: Iterable[Fact]) -> None:
        """Show facts to everybody in their rooms."""

    def resync_room(self, room_id: str) -> None:
        """Something of the room is gone for good: everybody there asks for its state."""

    def lose(self, connection: Connection, room_id: str) -> None:
        """The connection may not hear the room any more."""


class CatchingUp:
    """The streams of all rooms that somebody hears here."""

    def __init__(
        self,
        upstreams: Upstreams,
        listeners: Listeners,
        order: Order,
        audience: Audience,
        *,
        bus_answers: Callable[[], bool],
    ) -> None:
        self._upstreams = upstreams
        self._listeners = listeners
        self._order = order
        self._audience = audience
        self._bus_answers = bus_answers
        self._moved_at: dict[Stream, float] = {}
        self._reached: dict[Stream, int | None] = {}
        self._wake = {publisher: asyncio.Event() for publisher in PUBLISHERS}

    def moved(self, stream: Stream) -> None:
        """A fact of the stream arrived; when it shows a gap, what is missing is fetched."""
        newest = self._order.newest(stream)
        if newest != self._reached.get(stream):  # what a relay repeats is no news
            self._reached[stream] = newest
            self._moved_at[stream] = time.monotonic()
        if self._order.has_gap(stream):
            self._wake[stream[0]].set()  # PUBLISHERS has everybody who numbers

    def look_now(self) -> None:
        """Check every stream: anything may have been lost."""
        self._moved_at.clear()
        for wake in self._wake.values():
            wake.set()

    async def run(self) -> None:
        """Check for ever; a service that does not answer delays no other's streams."""
        async with asyncio.TaskGroup() as watching:
            for publisher in PUBLISHERS:
                watching.create_task(self._watch(publisher))

    async def _watch(self, publisher: str) -> None:
        wake = self._wake[publisher]
        while True:
            every = EVERY if self._bus_answers() else EVERY_WHEN_AWAY
            try:
                # Not all gateways at the same moment.
                async with asyncio.timeout(every * random.uniform(0.75, 1.0)):  # noqa: S311
                    await wake.wait()
                await asyncio.sleep(SETTLES_WITHIN)
            except TimeoutError:
                pass
            wake.clear()
            try:
                await self._check(publisher, still_for=every / 2)
            except (Problem, ValidationError) as away:
                log.debug("not caught up", publisher=publisher, error=str(away))

    async def _check(self, publisher: str, still_for: float) -> None:
        """Raises `Problem` or `ValidationError` when the service gives no answer."""
        heard = {(publisher, room_id) for room_id in self._listeners.rooms()}
        unheard = [each for each in self._order.streams(publisher) if each not in heard]
        self._order.forget(unheard)
        for stream in unheard:
            self._moved_at.pop(stream, None)
            self._reached.pop(stream, None)
        moved_since = time.monotonic() - still_for
        due = iter(
            stream
            for stream in heard
            if self._moved_at.get(stream, 0.0) < moved_since or self._order.has_gap(stream)
        )
        while batch := list(islice(due, MOST_ROOMS)):
            while batch:
                batch = await self._fetch(publisher, batch)

    async def _fetch(self, publisher: str, streams: Sequence[Stream]) -> list[Stream]:
        """Ask for these and show what there is; returns those of which there is more."""
        askers = {stream[1]: asker for stream in streams if (asker := self._asker(stream[1]))}
        wants = [
            Wanted(
                room_id=room_id, after=self._order.newest((publisher, room_id)), token=asker.token
            )
            for room_id, asker in askers.items()
        ]
        found = await self._ask(publisher, wants) if wants else Found()
        for room_id in found.refused:
            self._audience.lose(askers[room_id], room_id)
        return [(publisher, room.room_id) for room in found.rooms if self._take(publisher, room)]

    def _asker(self, room_id: str) -> Connection | None:
        """Somebody who hears the room, anybody: who was removed is found when it is them."""
        hearers = [
            each
            for each in self._listeners.of([f"room.{room_id}"])
            if isinstance(each, Connection) and each.caller.expires_at > time.time()
        ]
        return random.choice(hearers) if hearers else None  # noqa: S311

    async def _ask(self, publisher: str, wants: list[Wanted]) -> Found:
        body = Wants(rooms=wants).model_dump_json(by_alias=True).encode()
        headers = [("Content-Type", "application/json")]
        question = Question(publisher, "POST", "/streams", headers, body, whole=True)
        answer = await self._upstreams.ask(question)
        if answer.response.status != HTTPStatus.OK:
            return Found()
        return Found.model_validate_json(answer.whole or b"")

    def _take(self, publisher: str, room: Missed) -> bool:
        """Show what was found of one room; True when there is more of it."""
        stream = (publisher, room.room_id)
        if self._order.newest(stream) is None:
            self._order.assume(stream, room.newest)
            return False
        for told in room.told:
            self._give_up(stream, told.seq - 1)
            facts = self._order.take(Fact(stream, told.seq, told.frame, told.body.encode()))
            CAUGHT_UP.labels(publisher).inc(len(facts))
            self._audience.show(facts)
        if not room.told:
            self._give_up(stream, room.newest)
        return bool(room.told) and room.told[-1].seq < room.newest

    def _give_up(self, stream: Stream, seq: int) -> None:
        """What is missing up to `seq` is kept nowhere any more."""
        if (self._order.newest(stream) or 0) < seq:
            log.warning("facts are gone", publisher=stream[0], room=stream[1], before=seq + 1)
            self._audience.show(self._order.skip(stream, seq))
            self._audience.resync_room(stream[1])
