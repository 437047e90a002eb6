"""Sessions that ended before their tokens did."""

import asyncio
import time
from collections.abc import Callable, Sequence
from itertools import cycle

import httpx
import structlog
from pydantic import TypeAdapter, ValidationError

from common.identity import InvalidToken
from common.wire import Wire

KEPT = 20 * 60.0
"""Seconds; an access token lasts 15 minutes, then its end needs no telling."""
EVERY = 5.0
"""Seconds between two questions to auth: a fact may be lost, an answer is not."""

log = structlog.get_logger()


class Revoked(InvalidToken):
    """The token is of a session that has ended."""

    def __init__(self) -> None:
        super().__init__("Your session has ended; please log in again.")


class RevokedSession(Wire):
    """One entry of what auth answers to `GET /sessions/revoked`."""

    session_id: str


_LIST = TypeAdapter(list[RevokedSession])


class Revocations:
    """Which sessions are dead; told by facts, and by asking auth."""

    def __init__(self, ended: Callable[[str], None]) -> None:
        """`ended` is called once with each session that is new here."""
        self._ended = ended
        self._dead: dict[str, float] = {}

    def add(self, session_id: str) -> None:
        """The session is dead from now on."""
        now = time.monotonic()
        if session_id not in self._dead:
            self._dead[session_id] = now
            self._ended(session_id)
        while self._dead and self._dead[oldest := next(iter(self._dead))] < now - KEPT:
            del self._dead[oldest]

    def check(self, session_id: str) -> None:
        """Raises `Revoked`."""
        if session_id in self._dead:
            raise Revoked

    async def poll(self, client: httpx.AsyncClient, auth_urls: Sequence[str]) -> None:
        """Ask auth for ever, first at once; its replicas in turn."""
        for auth_url in cycle(auth_urls):
            try:
                answer = await client.get(f"{auth_url}/sessions/revoked")
                answer.raise_for_status()
                for session in _LIST.validate_json(answer.content):
                    self.add(session.session_id)
            except (httpx.HTTPError, ValidationError) as away:
                log.debug("revoked sessions not known", error=str(away))
            await asyncio.sleep(EVERY)
