"""What each service says of itself, fetched when somebody asks for the whole."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import httpx
import structlog

log = structlog.get_logger()

KEPT = 60.0
"""Seconds until the services are asked again."""
_AGAIN = 5.0  # sooner while one of them was missing


class Documents:
    """The services' OpenAPI documents; one that does not answer is left out."""

    def __init__(self, client: httpx.AsyncClient, addresses: Mapping[str, Sequence[str]]) -> None:
        self._client = client
        self._addresses = addresses
        self._known: dict[str, dict[str, Any]] = {}
        self._until = float("-inf")
        self._asking = asyncio.Lock()

    async def all(self) -> dict[str, dict[str, Any]]:
        """Document of each service that has given one."""
        async with self._asking:
            now = asyncio.get_running_loop().time()
            if now > self._until:
                asked = {name: self._ask(name) for name in self._addresses}
                found = dict(zip(asked, await asyncio.gather(*asked.values()), strict=True))
                self._known = {name: told for name, told in found.items() if told is not None}
                self._until = now + (KEPT if len(self._known) == len(found) else _AGAIN)
            return self._known

    async def _ask(self, service: str) -> dict[str, Any] | None:
        for address in self._addresses[service]:
            try:
                answer = await self._client.get(f"{address}/openapi.json")
                answer.raise_for_status()
                told = answer.json()
            except (httpx.HTTPError, ValueError) as away:
                log.warning("contract left out", service=service, error=str(away))
            else:
                return told if isinstance(told, dict) else None
        return None
