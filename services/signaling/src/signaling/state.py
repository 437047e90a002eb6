"""What a request to signaling can reach, whichever way it came in."""

from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request

from common.access import AccessList
from common.bus import Bus
from common.identity import bearer
from common.service import State as CommonState
from signaling.domain import Relays
from signaling.repository import CallRepository, ClosedSockets


class State(CommonState):
    """What the lifespan opens."""

    calls: CallRepository
    access: AccessList
    closed: ClosedSockets
    relays: Relays
    bus: Bus


def _calls(request: Request) -> CallRepository:
    return request.state.calls  # type: ignore[no-any-return]


def _access(request: Request) -> AccessList:
    return request.state.access  # type: ignore[no-any-return]


def _closed(request: Request) -> ClosedSockets:
    return request.state.closed  # type: ignore[no-any-return]


def _relays(request: Request) -> Relays:
    return request.state.relays  # type: ignore[no-any-return]


def _bus(request: Request) -> Bus:
    return request.state.bus  # type: ignore[no-any-return]


def _token(request: Request) -> str:
    return bearer(request.headers.get("authorization"))


def _now(request: Request) -> datetime:
    return request.state.clock()  # type: ignore[no-any-return]


Calls = Annotated[CallRepository, Depends(_calls)]
Access = Annotated[AccessList, Depends(_access)]
Closed = Annotated[ClosedSockets, Depends(_closed)]
Relaying = Annotated[Relays, Depends(_relays)]
Live = Annotated[Bus, Depends(_bus)]
Token = Annotated[str, Depends(_token)]
Now = Annotated[datetime, Depends(_now)]
