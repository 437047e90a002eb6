"""Who is calling: access tokens verified against auth's published keys.

Every service verifies for itself, so none has to trust the network.
"""

import asyncio
import hashlib
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

import httpx
import jwt
import structlog
from fastapi import Depends, Request

from common.problems import Forbidden, Unauthenticated, Unavailable

ISSUER = "convo"
AUDIENCE = "convo"
TYPE = "at+jwt"
ALGORITHM = "EdDSA"
LEEWAY = timedelta(seconds=60)

_KEYS_LAST = 300.0  # seconds until the key set is fetched again
_REFETCH_GAP = 10.0  # an unknown key id may cause one fetch in this many seconds
_REMEMBERED = 10_000  # verified tokens; one is about 1 kB

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody whose access token is good."""

    user_id: str
    session_id: str
    name: str
    roles: frozenset[str]
    expires_at: float
    """Unix time at which the token ends."""

    @property
    def is_admin(self) -> bool:
        return "admin" in self.roles


class InvalidToken(Unauthenticated):
    code = "invalid-token"


class Verifier:
    """Turns access tokens into callers; remembers good ones until they expire."""

    def __init__(self, jwks_url: str, client: httpx.AsyncClient) -> None:
        self._url = jwks_url
        self._client = client
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched_at = float("-inf")
        self._fetching = asyncio.Lock()
        self._verified: OrderedDict[bytes, Caller] = OrderedDict()

    async def verify(self, token: str) -> Caller:
        """Raises `InvalidToken`, or `Unavailable` when auth's keys cannot be had."""
        digest = hashlib.sha256(token.encode()).digest()
        known = self._verified.get(digest)
        if known is not None and known.expires_at > time.time():
            return known
        key = await self._key(_key_id(token))
        caller = _decode(token, key)
        self._verified[digest] = caller
        if len(self._verified) > _REMEMBERED:
            self._verified.popitem(last=False)
        return caller

    async def _key(self, key_id: str) -> jwt.PyJWK:
        now = time.monotonic()
        stale = now - self._fetched_at > _KEYS_LAST
        if stale or (key_id not in self._keys and now - self._fetched_at > _REFETCH_GAP):
            async with self._fetching:
                if self._fetched_at < now:
                    await self._fetch()
        try:
            return self._keys[key_id]
        except KeyError:
            raise InvalidToken from None

    async def _fetch(self) -> None:
        try:
            answer = await self._client.get(self._url)
            answer.raise_for_status()
            keys = jwt.PyJWKSet.from_dict(answer.json()).keys
        except (httpx.HTTPError, jwt.PyJWTError, ValueError) as away:
            if self._keys:  # keys that were good stay good while auth is away
                log.warning("keys not refreshed", url=self._url, error=str(away))
                self._fetched_at = time.monotonic()
                return
            raise Unavailable("Sign-in is not available right now; please try again.") from away
        self._keys = {key.key_id: key for key in keys if key.key_id}
        self._fetched_at = time.monotonic()


def _key_id(token: str) -> str:
    if len(token) > 4096:
        raise InvalidToken
    try:
        header: dict[str, Any] = jwt.get_unverified_header(token)
    except jwt.PyJWTError as bad:
        raise InvalidToken from bad
    # PyJWT does not look at `typ`: a refresh or identity token would pass (RFC 9068, 4).
    if header.get("typ") != TYPE or header.get("alg") != ALGORITHM or "crit" in header:
        raise InvalidToken
    return str(header.get("kid", ""))


def _decode(token: str, key: jwt.PyJWK) -> Caller:
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[ALGORITHM],
            audience=AUDIENCE,
            issuer=ISSUER,
            leeway=LEEWAY,
            options={"require": ["exp", "iat", "sub", "sid", "aud", "iss"]},
        )
        return Caller(
            user_id=str(claims["sub"]),
            session_id=str(claims["sid"]),
            name=str(claims.get("name", "")),
            roles=frozenset(str(role) for role in claims.get("roles", [])),
            expires_at=float(claims["exp"]),
        )
    except jwt.ExpiredSignatureError:
        raise InvalidToken("Your session has expired; please log in again.") from None
    except (jwt.PyJWTError, TypeError, ValueError) as bad:
        raise InvalidToken from bad


def bearer(authorization: str | None) -> str:
    """The token of an `Authorization: Bearer` header.

    Raises:
        Unauthenticated: There is none.
    """
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated
    return token.strip()


async def _authenticated(request: Request) -> Caller:
    verifier: Verifier = request.state.verifier
    caller = await verifier.verify(bearer(request.headers.get("authorization")))
    structlog.contextvars.bind_contextvars(user=caller.user_id)
    return caller


async def _administrator(caller: "CurrentCaller") -> Caller:
    if not caller.is_admin:
        raise Forbidden("Only an administrator may see this.")
    return caller


CurrentCaller = Annotated[Caller, Depends(_authenticated)]
"""The person a route is called by; without a good token the route answers 401."""

Administrator = Annotated[Caller, Depends(_administrator)]
"""The same, and 403 for anybody who is not an administrator."""
