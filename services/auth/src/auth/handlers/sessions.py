"""Load, decide, save: signing in, staying in, signing out."""

from dataclasses import dataclass
from datetime import datetime

from auth import domain
from auth.domain import RefreshToken, Session, SessionOver, User
from auth.names import first_token, new_secret
from auth.passwords import Passwords
from auth.repository import SessionRepository, TryRepository, UserRepository
from auth.requests import LogIn
from auth.tokens import Tokens
from common.problems import Unauthenticated


class InvalidCredentials(Unauthenticated):
    """No such account or not its password: nobody is told which."""

    code = "invalid-credentials"

    def __init__(self, message: str = "Invalid credentials") -> None:
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class SignIn:
    """What it takes to let somebody in."""

    users: UserRepository
    sessions: SessionRepository
    passwords: Passwords
    tries: TryRepository
    tokens: Tokens


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody is in: both tokens, and who it is."""

    user: User
    session: Session
    access: str
    refresh: RefreshToken


async def log_in(its: SignIn, wanted: LogIn, *, address: str, at: datetime) -> SignedIn:
    """Raises `InvalidCredentials`, `TooManyTries` or `HashingBusy`."""
    its.passwords.accept()  # before the try is counted, which must not count against anybody
    await its.tries.begin(wanted.identifier, address, at=at)
    user = await its.users.named(wanted.identifier)
    matches = await its.passwords.matches(wanted.password, user.password_hash if user else None)
    if user is None or not matches:
        raise InvalidCredentials
    await its.tries.succeeded(wanted.identifier, address, at=at)
    return await _let_in(its, user, wanted, at=at)


async def _let_in(its: SignIn, user: User, wanted: LogIn, *, at: datetime) -> SignedIn:
    rehashed = await its.passwords.rehashed(wanted.password, user.password_hash)
    token = first_token()
    session = domain.start(token, user.id, remembered=wanted.remember_me, at=at)
    # First the session: without its tokens, which nobody has yet, it is of no use.
    await its.sessions.save(session)
    changed = await its.users.change(
        user.id, lambda user: domain.sign_in(user, session.id, at=at, rehashed=rehashed)
    )
    access = its.tokens.access_token(changed, session.id, at=at)
    return SignedIn(changed, session, access, token)


async def refresh(its: SignIn, cookie: str, *, at: datetime) -> SignedIn:
    """Raises `SessionOver`."""
    given = RefreshToken.read(cookie)
    if given is None:
        raise SessionOver
    made = given.successor(new_secret())
    following: RefreshToken | None = made
    session = await its.sessions.rotate(given, made, at=at)
    if session is None:
        session = await _present_again(its.sessions, given, at=at)
        following = its.sessions.successor_in(session)
    user = await its.users.find(session.user_id)
    if user is None or following is None:
        raise SessionOver
    access = its.tokens.access_token(user, session.id, at=at)
    return SignedIn(user, session, access, following)


async def _present_again(
    sessions: SessionRepository, given: RefreshToken, *, at: datetime
) -> Session:
    if await sessions.find(given.session_id) is None:
        raise SessionOver
    return await sessions.change(
        given.session_id, lambda session: domain.present_again(session, given, at=at)
    )


async def log_out(sessions: SessionRepository, session_id: str, *, at: datetime) -> None:
    """End the session; one that is over or unknown changes nothing."""
    if await sessions.find(session_id) is not None:
        await sessions.change(session_id, lambda each: domain.revoke(each, "logout", at=at))


async def log_out_holder(sessions: SessionRepository, cookie: str, *, at: datetime) -> None:
    """End the session this refresh token is, or was, one of."""
    given = RefreshToken.read(cookie)
    session = await sessions.find(given.session_id) if given else None
    if session is not None and given is not None and domain.belongs(session, given):
        await log_out(sessions, session.id, at=at)
