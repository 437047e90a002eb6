"""What a request can reach, and how a route names it."""

from datetime import datetime
from typing import Annotated, Any, TypedDict

from fastapi import Depends, Request

from common.clock import Clock
from common.identity import Verifier, bearer
from common.mongo import Database


class State(TypedDict):
    """What the lifespan of every service yields; a service's own state adds to it."""

    db: Database
    verifier: Verifier
    clock: Clock


def held(name: str) -> Any:
    """One member of the state, for a route to ask for by name."""

    async def found(request: Request) -> Any:
        return getattr(request.state, name)

    return Depends(found)


async def _now(request: Request) -> datetime:
    clock: Clock = request.state.clock
    return clock()


async def _token(request: Request) -> str:
    return bearer(request.headers.get("authorization"))


Now = Annotated[datetime, Depends(_now)]
"""When the request is answered."""

Token = Annotated[str, Depends(_token)]
"""The caller's access token, to ask rooms with; without one the route answers 401."""
