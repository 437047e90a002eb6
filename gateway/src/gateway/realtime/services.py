"""Hands a frame to the service that owns it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import aiohttp
import orjson
from pydantic import ValidationError

from common import telemetry, web
from common.frames import Reply
from common.problems import Problem
from gateway.rest.proxy import WAITS, ServiceAway, ServiceTooSlow

ANSWER_WITHIN = aiohttp.ClientTimeout(total=10, sock_connect=2)


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

    session: aiohttp.ClientSession
    addresses: Mapping[str, str]

    async def ask(self, service: str, token: str, body: bytes) -> Reply:
        """Post a command; a service that restarts is waited for, since commands may repeat.

        Raises:
            Refused: The service said no, or did not answer.
        """
        headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            **telemetry.carried(),
        }
        for wait in (*WAITS, None):
            try:
                return await self._post(service, headers, body)
            except TimeoutError:
                raise Refused.by(ServiceTooSlow()) from None
            except aiohttp.ClientError:
                if wait is None:
                    raise Refused.by(ServiceAway()) from None
                await asyncio.sleep(wait)
        raise AssertionError

    async def _post(self, service: str, headers: dict[str, str], body: bytes) -> Reply:
        address = f"{self.addresses[service]}/commands"
        async with self.session.post(
            address, data=body, headers=headers, timeout=ANSWER_WITHIN
        ) as answer:
            content = await answer.read()
        if answer.status == HTTPStatus.OK:
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
        raise Refused(answer.status, document)
