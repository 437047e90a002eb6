"""Ids, secrets and usernames that are made here."""

import base64
import secrets
from collections.abc import Iterator

from auth.domain import RefreshToken, text
from common.clock import new_id

_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"  # without what looks alike: l, 1, o, 0


def new_secret() -> str:
    """256 random bits."""
    return secrets.token_urlsafe(32)


def first_token() -> RefreshToken:
    """The first refresh token of a new session, with an id for it."""
    return RefreshToken(new_id(), 1, secrets.token_urlsafe(16), new_secret())


def usernames(wanted: str | None, email: str, full_name: str | None) -> Iterator[str]:
    """The username somebody wants, or some that may be free, the nicest first."""
    if wanted is not None:
        yield wanted
        return
    base = text.suggested_username(email, full_name)
    yield base
    for length in (3, 4, 5, 6, 6, 6):
        yield f"{base}-{''.join(secrets.choice(_LETTERS) for _ in range(length))}"


def base64url(raw: bytes) -> str:
    """As JSON Web Keys have it: without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
