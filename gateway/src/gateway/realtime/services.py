"""Hands a frame to the service that owns it."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import orjson
from pydantic import ValidationError

from common import telemetry, web
from common.frames import Outcome, Reply
from common.problems import Problem
from gateway.upstreams import WAITS, Question, ServiceAway, Upstreams


class Refused(Exception):  # noqa: N818 - the service refused, nothing failed
    """A command was not met; `document` says why, for the client."""

    def __init__(self, status: int, document: dict[str, Any]) -> None:
        super().__init__(document.get("code"))
        self.status = status
        self.document = document

    @classmethod
    def by(cls, problem: Problem) -> "Refused":
        return cls(problem.status, web.told(problem))

    @property
    def is_passing(self) -> bool:
        """Whether it says something about this moment, not about the command."""
        return (
            self.status >= HTTPStatus.INTERNAL_SERVER_ERROR
            or self.status == HTTPStatus.TOO_MANY_REQUESTS
        )


@dataclass(frozen=True, slots=True)
class Services:
    """The services that take frames."""

    upstreams: Upstreams

    async def ask(self, service: str, token: str, body: bytes, key: str | None = None) -> Reply:
        """Post a command; a service that restarts is waited for, since commands may repeat.

        Commands with the same `key` go to the same replica while it works.

        Raises:
            Refused: The service said no, or did not answer.
        """
        question = Question(
            service=service,
            method="POST",
            path="/commands",
            headers=[
                ("Authorization", f"Bearer {token}"),
                ("Content-Type", "application/json"),
                *telemetry.carried().items(),
            ],
            body=body,
            key=key,
            waits=WAITS,
            whole=True,
        )
        try:
            answer = await self.upstreams.ask(question)
        except Problem as problem:
            raise Refused.by(problem) from None
        return _read(answer.response.status, answer.whole or b"")


def read_outcome(outcome: Outcome) -> "Reply | Refused":
    """What one of several frames came to."""
    if outcome.reply is not None:
        return outcome.reply
    problem = outcome.problem or {}
    return Refused(outcome.status, problem) if "code" in problem else Refused.by(ServiceAway())


def _read(status: int, content: bytes) -> Reply:
    """Raises `Refused`."""
    if status == HTTPStatus.OK:
        try:
            return Reply.model_validate_json(content)
        except ValidationError:
            raise Refused.by(ServiceAway()) from None
    try:
        document = orjson.loads(content)
    except orjson.JSONDecodeError:
        document = None
    if not isinstance(document, dict) or "code" not in document:
        raise Refused.by(ServiceAway())
    raise Refused(status, document)
