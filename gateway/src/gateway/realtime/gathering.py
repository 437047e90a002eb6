"""Messages of one room, handed to chat in few requests when many people write.

What comes while requests are on their way goes with the next one: alone when little is
said, dozens at a time when much is. Chat stores them in one write anyway.
"""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from http import HTTPStatus

import orjson
from pydantic import ValidationError

from common import telemetry
from common.frames import Outcomes, Reply
from common.problems import Problem
from gateway.realtime.services import Refused, Services, read_outcome
from gateway.upstreams import WAITS, Question, ServiceAway, Upstreams

GATHERED = frozenset({"chatMessage"})
"""Frames that are handed over together."""
AT_ONCE = 2
"""Requests on their way for one room; each of them grows with what waits."""
MOST = 64
"""Frames in one request."""
MOST_BYTES = 512 << 10
"""Of the frames in one request, unless one alone is longer."""


@dataclass(slots=True)
class _Asked:
    token: str
    command: bytes
    trace: dict[str, str]
    reply: "asyncio.Future[Reply]"


@dataclass(slots=True)
class _Room:
    waiting: deque[_Asked] = field(default_factory=deque)
    sending: int = 0


class Gathering:
    """Asks services for several sockets at once."""

    def __init__(self, upstreams: Upstreams, services: Services) -> None:
        self._upstreams = upstreams
        self._services = services
        self._rooms: dict[tuple[str, str | None], _Room] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def ask(self, service: str, token: str, command: bytes, key: str | None) -> Reply:
        """As `Services.ask`: in the order of asking, and one refusal is nobody else's."""
        reply: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        room = self._rooms.setdefault((service, key), _Room())
        room.waiting.append(_Asked(token, command, telemetry.carried(), reply))
        if room.sending < AT_ONCE:
            room.sending += 1
            task = asyncio.create_task(self._send(service, key, room))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await reply

    async def _send(self, service: str, key: str | None, room: _Room) -> None:
        """Hand over what waits, until nothing does; nobody waits for a request that broke."""
        lot: list[_Asked] = []
        try:
            while room.waiting:
                lot = _taken(room.waiting)
                await self._hand_over(service, key, lot)
        finally:
            room.sending -= 1
            left = lot
            if not room.sending:
                self._rooms.pop((service, key), None)
                left = [*lot, *room.waiting]
            for each in left:
                _settle(each, Refused.by(ServiceAway()))

    async def _hand_over(self, service: str, key: str | None, lot: list[_Asked]) -> None:
        try:
            outcomes = await self._together(service, key, lot) if len(lot) > 1 else None
        except Problem as problem:
            for each in lot:
                _settle(each, Refused.by(problem))
            return
        if outcomes is None:
            await asyncio.gather(*(self._alone(service, key, each) for each in lot))
            return
        for each, outcome in zip(lot, outcomes.outcomes, strict=True):
            _settle(each, read_outcome(outcome))

    async def _together(self, service: str, key: str | None, lot: list[_Asked]) -> Outcomes | None:
        """None when each has to be asked alone: one of them is at fault, or chat is older.

        Raises:
            Problem: The service does not answer.
        """
        said = [
            {"token": each.token, "trace": each.trace, "frame": orjson.Fragment(each.command)}
            for each in lot
        ]
        question = Question(
            service=service,
            method="POST",
            path="/commands/together",
            headers=[("Content-Type", "application/json")],
            body=orjson.dumps({"said": said}),
            key=key,
            waits=WAITS,
            whole=True,
        )
        answer = await self._upstreams.ask(question)
        if answer.response.status != HTTPStatus.OK:
            return None
        try:
            outcomes = Outcomes.model_validate_json(answer.whole or b"")
        except ValidationError:
            raise ServiceAway from None
        return outcomes if len(outcomes.outcomes) == len(lot) else None

    async def _alone(self, service: str, key: str | None, asked: _Asked) -> None:
        try:
            _settle(asked, await self._services.ask(service, asked.token, asked.command, key))
        except Refused as refused:
            _settle(asked, refused)


def _taken(waiting: deque[_Asked]) -> list[_Asked]:
    lot = [waiting.popleft()]
    size = len(lot[0].command)
    while waiting and len(lot) < MOST and size + len(waiting[0].command) <= MOST_BYTES:
        lot.append(waiting.popleft())
        size += len(lot[-1].command)
    return lot


def _settle(asked: _Asked, outcome: Reply | Refused) -> None:
    if asked.reply.done():  # whoever asked has gone
        return
    if isinstance(outcome, Reply):
        asked.reply.set_result(outcome)
    else:
        asked.reply.set_exception(outcome)
