"""What a request to auth can reach, whichever way it came in."""

from typing import Annotated

from fastapi import Depends, Header, Request

from auth.cookies import RefreshCookie
from auth.handlers.sessions import SignIn
from auth.passwords import Passwords
from auth.repository import UserRepository
from auth.settings import Settings
from common.addresses import counted
from common.identity import Caller, Verifier, bearer
from common.problems import Unauthenticated
from common.state import State as CommonState
from common.state import held


class State(CommonState):
    """What the lifespan opens."""

    users: UserRepository
    sign_in: SignIn
    settings: Settings


async def _passwords(request: Request) -> Passwords:
    return request.state.sign_in.passwords  # type: ignore[no-any-return]


async def _address(
    request: Request,
    x_convo_client_address: Annotated[str, Header(include_in_schema=False)] = "",
) -> str:
    """Where the request comes from, as the gateway says; a whole network for IPv6."""
    peer = request.client.host if request.client else ""
    return counted(x_convo_client_address) or counted(peer) or "unknown"


async def _perhaps(request: Request, cookie: RefreshCookie = None) -> Caller | None:
    """The caller; nobody, if the token is dead but there is a cookie to go by."""
    verifier: Verifier = request.state.verifier
    try:
        return await verifier.verify(bearer(request.headers.get("authorization")))
    except Unauthenticated:
        if cookie is None:
            raise
        return None


Users = Annotated[UserRepository, held("users")]
Door = Annotated[SignIn, held("sign_in")]
Its = Annotated[Settings, held("settings")]
Hashing = Annotated[Passwords, Depends(_passwords)]
Address = Annotated[str, Depends(_address)]
PerhapsCaller = Annotated[Caller | None, Depends(_perhaps)]
