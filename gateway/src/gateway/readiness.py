"""Whether the whole platform is ready, as its services say."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

import httpx
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from common.clock import utc_now
from common.identity import LEEWAY

_LASTS = 1.0  # anybody may ask, and each question would become seven
_AWAY = {"status": "away"}
_WORKS = {"ready", "degraded"}
_BEST_FIRST = {"ready": 0, "degraded": 1, "not ready": 2}


class Readiness:
    """Asks every service, at most once a second."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        addresses: Mapping[str, Sequence[str]],
        *,
        bus_answers: Callable[[], bool],
        is_draining: Callable[[], bool],
    ) -> None:
        self._client = client
        self._addresses = addresses
        self._bus_answers = bus_answers
        self._is_draining = is_draining
        self._services: dict[str, Any] = {}
        self._off: dict[str, timedelta] = {}
        """How far the clock of each replica that is ready is from ours."""
        self._asked_at = float("-inf")
        self._asking = asyncio.Lock()

    async def answer(self) -> JSONResponse:
        services = await self._asked()
        # Who is ready has compared its clock with MongoDB's.
        clock_agrees = min(self._off.values(), default=timedelta(0)) <= LEEWAY
        ready = (
            clock_agrees
            and not self._is_draining()
            and all(each["status"] in _WORKS for each in services.values())
        )
        return JSONResponse(
            {
                "service": "gateway",
                "status": "ready" if ready else "not ready",
                "checks": {"rabbitmq": self._bus_answers(), "clock": clock_agrees},
                "services": services,
            },
            status_code=HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE,
        )

    async def _asked(self) -> dict[str, Any]:
        async with self._asking:
            now = asyncio.get_running_loop().time()
            if now - self._asked_at > _LASTS:
                answers = await asyncio.gather(*map(self._ask, self._addresses.values()))
                self._services = dict(zip(self._addresses, answers, strict=True))
                self._asked_at = asyncio.get_running_loop().time()
            return self._services

    async def _ask(self, replicas: Sequence[str]) -> dict[str, Any]:
        """What the readiest replica says: one that answers is a service that answers."""
        told = await asyncio.gather(*map(self._ask_one, replicas))
        return min(told, key=lambda each: _BEST_FIRST.get(each["status"], len(_BEST_FIRST)))

    async def _ask_one(self, address: str) -> dict[str, Any]:
        self._off.pop(address, None)
        try:
            answer = await self._client.get(f"{address}/readyz")
            told = answer.json()
        except (httpx.HTTPError, ValueError):
            return _AWAY
        if not isinstance(told, dict) or "status" not in told:
            return _AWAY
        if told["status"] in _WORKS and "date" in answer.headers:
            self._off[address] = abs(utc_now() - parsedate_to_datetime(answer.headers["date"]))
        return {"status": told["status"], "checks": told.get("checks", {})}


router = APIRouter(include_in_schema=False)


@router.get("/readyz")
async def ready(request: Request) -> JSONResponse:
    readiness: Readiness = request.state.readiness
    return await readiness.answer()
