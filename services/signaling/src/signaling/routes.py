"""signaling over HTTP: who may call what."""

from fastapi import APIRouter

from common.identity import CurrentCaller
from common.state import Now
from signaling.domain import IceServers
from signaling.protocol import IceServersView
from signaling.state import Relaying

router = APIRouter(prefix="/signaling", tags=["signaling"])


@router.get("/ice-servers", response_model=IceServersView)
async def ice_servers(relays: Relaying, caller: CurrentCaller, now: Now) -> IceServers:
    """STUN and TURN servers, with credentials for the caller that end."""
    return relays.servers_for(caller.user_id, at=now)
