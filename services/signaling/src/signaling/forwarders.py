"""Asks the worker that forwards a call."""

from typing import Final, TypeVar

import orjson
import structlog
from pydantic import ValidationError

from common.forwarding import Refused, Request, queue_of
from common.requests import NobodyAnswers, Requests
from common.wire import Wire
from signaling.domain import WorkerAway, refusal

log = structlog.get_logger()

W = TypeVar("W", bound=Wire)

ANSWERS_WITHIN: Final = 1.5
"""Seconds: gateways take a replica of signaling that is silent for 2 s for one that hangs."""


class Nothing(Wire):
    """An answer that says only that it was done."""


class Forwarders:
    """The workers, by their ids."""

    def __init__(self, requests: Requests) -> None:
        self._requests = requests

    async def ask(self, worker_id: str, request: Request, answer: type[W]) -> W:
        """What the worker answers; asked again it changes nothing.

        Raises:
            WorkerAway: It does not answer.
            BadDescription, NotOffered: It refuses.
        """
        queue, body = queue_of(worker_id), request.model_dump_json().encode()
        try:
            told = await self._requests.ask(queue, body, within=ANSWERS_WITHIN)
        except NobodyAnswers as away:
            raise WorkerAway from away
        return _read(told, answer)


def _read(told: bytes, answer: type[W]) -> W:
    try:
        content = orjson.loads(told)
        refused = content.get("refused") if isinstance(content, dict) else None
        if refused is None:
            return answer.model_validate(content)
        problem = refusal(Refused.model_validate(refused))
    except (orjson.JSONDecodeError, ValidationError) as unreadable:
        log.warning("worker answers strangely", error=str(unreadable)[:200])
        raise WorkerAway from unreadable
    raise problem
