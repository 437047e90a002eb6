"""Access tokens: signed with the current key, verified with the published ones."""

import asyncio
from datetime import datetime
from typing import Any

import httpx
import jwt
import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from auth.domain import TOKEN_LIFE, Keyring, SigningKey, User
from auth.names import base64url
from auth.repository import KeyRepository
from auth.sealing import Sealer
from common import mongo
from common.clock import Clock, new_id, utc_now
from common.identity import ALGORITHM, AUDIENCE, ISSUER, TYPE
from common.problems import ChangedMeanwhile

RELOAD_EVERY = 30.0
"""Seconds until a replica sees that keys were rotated; much less than their notice."""

log = structlog.get_logger()


def new_key(sealer: Sealer, *, signs_at: datetime) -> SigningKey:
    """A new key pair, its private half sealed."""
    made = Ed25519PrivateKey.generate()
    private = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    public = made.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    key_id = new_id()
    sealed = sealer.seal(private, place=key_id)
    return SigningKey(key_id, public=base64url(public), sealed=sealed, signs_at=signs_at)


class Tokens:
    """The keys as this replica last saw them, and what is signed with them."""

    def __init__(self, keys: KeyRepository, sealer: Sealer, *, clock: Clock = utc_now) -> None:
        self._keys = keys
        self._sealer = sealer
        self._clock = clock
        self._ring: Keyring | None = None
        self._private: dict[str, str] = {}

    async def prepare(self) -> None:
        """Load the keys, or make the first one.

        Raises:
            WrongSecretError: They were sealed with another secret.
        """
        if await self._keys.load() is None:
            try:
                await self._keys.save(Keyring((new_key(self._sealer, signs_at=self._clock()),)))
            except ChangedMeanwhile:
                log.info("another replica made the first key")
        self._signer(await self._load(), self._clock())

    async def run(self) -> None:
        """Follow what `auth.rotate` does, for ever."""
        while True:
            await asyncio.sleep(RELOAD_EVERY)
            try:
                await self._load()
            except mongo.AWAY as away:
                log.warning("keys not reloaded", error=str(away))

    async def published(self) -> dict[str, Any]:
        """The JSON Web Key Set (RFC 7517) of every key that signs, will sign, or did lately."""
        try:
            ring = await self._load()
        except mongo.AWAY:
            ring = self._known()
        return {"keys": [_public(key) for key in ring.published(self._clock())]}

    def access_token(self, user: User, session_id: str, *, at: datetime) -> str:
        """What `common.identity.Verifier` takes, for `TOKEN_LIFE`."""
        key = self._known().current(at)
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": user.id,
            "sid": session_id,
            "name": user.name,
            "roles": list(user.roles),
            "iat": at,
            "exp": at + TOKEN_LIFE,
            "jti": new_id(),
        }
        headers = {"kid": key.id, "typ": TYPE}
        return jwt.encode(claims, self._signer(self._known(), at), ALGORITHM, headers=headers)

    def _known(self) -> Keyring:
        assert self._ring is not None, "prepare comes first"
        return self._ring

    async def _load(self) -> Keyring:
        ring = await self._keys.load()
        self._ring = ring or self._known()
        return self._ring

    def _signer(self, ring: Keyring, at: datetime) -> str:
        key = ring.current(at)
        if key.id not in self._private:
            self._private = {key.id: self._sealer.unseal(key.sealed, place=key.id)}
        return self._private[key.id]


class OwnKeys(httpx.AsyncBaseTransport):
    """Answers a verifier in this process with the keys, without the network between."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=await self._tokens.published(), request=request)


def _public(key: SigningKey) -> dict[str, str]:
    return {
        "kty": "OKP",
        "crv": "Ed25519",
        "x": key.public,
        "kid": key.id,
        "use": "sig",
        "alg": ALGORITHM,
    }
