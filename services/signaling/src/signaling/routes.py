"""signaling over HTTP: who may call what."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request

from common.access import AccessList
from common.bus import Bus
from common.identity import CurrentCaller
from common.service import State as CommonState
from signaling.domain import IceServers, Relays
from signaling.protocol import IceServersView
from signaling.repository import CallRepository, ClosedSockets


class State(CommonState):
    """What a request to signaling can reach."""

    calls: CallRepository
    access: AccessList
    closed: ClosedSockets
    relays: Relays
    bus: Bus


def _relays(request: Request) -> Relays:
    return request.state.relays  # type: ignore[no-any-return]


def _now(request: Request) -> datetime:
    return request.state.clock()  # type: ignore[no-any-return]


Relaying = Annotated[Relays, Depends(_relays)]
Now = Annotated[datetime, Depends(_now)]

router = APIRouter(prefix="/signaling", tags=["signaling"])


@router.get("/ice-servers", response_model=IceServersView)
async def ice_servers(relays: Relaying, caller: CurrentCaller, now: Now) -> IceServers:
    """STUN and TURN servers, with credentials for the caller that end."""
    return relays.servers_for(caller.user_id, at=now)
