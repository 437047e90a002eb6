"""auth over HTTP: who may call what."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime

from auth import cookies
from auth.cookies import OnPurpose, OwnOrigin, RefreshCookie
from auth.domain import SessionOver
from auth.handlers import accounts, sessions
from auth.handlers.sessions import SignedIn
from auth.requests import (
    LogIn,
    PersonView,
    ProfileView,
    Register,
    RegisteredView,
    RevokedView,
    SignedInView,
    UpdateProfile,
)
from auth.settings import Settings
from auth.state import Address, Door, Hashing, Its, PerhapsCaller, Users
from common.identity import CurrentCaller
from common.problems import Problem
from common.state import Now


class BadQuery(Problem):
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "bad-query"


router = APIRouter()


@router.post("/auth/register", status_code=201, tags=["auth"])
async def register(body: Register, users: Users, hashing: Hashing, now: Now) -> RegisteredView:
    """Make an account."""
    user = await accounts.register(users, hashing, body, at=now)
    return RegisteredView(user_id=user.id, user=ProfileView.of(user))


@router.post("/auth/login", tags=["auth"])
async def log_in(
    body: LogIn, response: Response, door: Door, address: Address, now: Now, its: Its
) -> SignedInView:
    """Sign in on this device: an access token, and a cookie that keeps the session."""
    signed_in = await sessions.log_in(door, body, address=address, at=now)
    return _answer(response, signed_in, its)


@router.post(
    "/auth/refresh",
    tags=["auth"],
    dependencies=[OnPurpose, OwnOrigin],
    responses={403: {"description": "Another origin, or no X-Convo-Refresh"}},
)
async def refresh(
    response: Response, door: Door, now: Now, its: Its, cookie: RefreshCookie = None
) -> SignedInView:
    """A new access token, and the cookie that follows the one that came."""
    if cookie is None:
        raise SessionOver
    return _answer(response, await sessions.refresh(door, cookie, at=now), its)


@router.post("/auth/logout", status_code=204, tags=["auth"], dependencies=[OwnOrigin])
async def log_out(
    response: Response,
    door: Door,
    caller: PerhapsCaller,
    now: Now,
    its: Its,
    cookie: RefreshCookie = None,
) -> None:
    """End this session; its tokens are dead at once."""
    if caller is not None:
        await sessions.log_out(door.sessions, caller.session_id, at=now)
    if cookie is not None:
        await sessions.log_out_holder(door.sessions, cookie, at=now)
    cookies.take_back(response, secure=its.secure)


@router.get("/user/profile", tags=["users"])
async def see_profile(users: Users, caller: CurrentCaller) -> ProfileView:
    """What the caller tells about themselves."""
    return ProfileView.of(await users.get(caller.user_id))


@router.patch("/user/profile", tags=["users"])
async def update_profile(
    body: UpdateProfile, users: Users, caller: CurrentCaller, now: Now
) -> ProfileView:
    """Change it; what is left out stays."""
    return ProfileView.of(await accounts.update(users, caller.user_id, body, at=now))


@router.get("/users", tags=["users"])
async def see_people(
    users: Users,
    _: CurrentCaller,
    ids: Annotated[str | None, Query(max_length=13_000, description="At most 200.")] = None,
    query: Annotated[str | None, Query(max_length=254)] = None,
) -> list[PersonView]:
    """People by their ids, or the one whose username or email is exactly `query`."""
    if (ids is None) == (query is None):
        raise BadQuery("Ask with either ids or query.")
    if query is not None:
        person = await users.named(query)
        return [] if person is None else [PersonView.of(person)]
    wanted = [each for each in (ids or "").split(",") if each]
    if len(wanted) > 200:
        raise BadQuery("At most 200 people can be asked for at once.")
    return [PersonView.of(each) for each in await users.among(wanted)]


@router.get("/.well-known/jwks.json", include_in_schema=False)
async def keys(response: Response, door: Door) -> dict[str, Any]:
    """The keys that verify access tokens."""
    response.headers["Cache-Control"] = "public, max-age=60"
    return await door.tokens.published()


@router.get("/sessions/revoked", include_in_schema=False)
async def revoked(
    door: Door, now: Now, after: Annotated[AwareDatetime | None, Query()] = None
) -> list[RevokedView]:
    """Sessions whose access tokens are refused, for gateways; the gateway lets nobody else ask."""
    ended = await door.sessions.revoked(after=after, at=now)
    return [RevokedView.of(each) for each in ended]


def _answer(response: Response, signed_in: SignedIn, its: Settings) -> SignedInView:
    response.headers["Cache-Control"] = "no-store"
    remembered = signed_in.session.remembered
    cookies.hand_over(response, signed_in.refresh, remembered=remembered, secure=its.secure)
    return SignedInView(token=signed_in.access, user=ProfileView.of(signed_in.user))
