"""A session: one sign-in on one device, kept alive by refresh tokens that follow each other.

All tokens of a session are one family. Each is good once; one that comes back after
its successor was used, or late, was stolen or lost, and ends the whole family
(RFC 9700, section 4.14.2).
"""

import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

from common.events import Event, SessionRevoked
from common.problems import Unauthenticated

IDLE = timedelta(days=14)
"""How long a session lives without being refreshed."""
LONGEST = timedelta(days=60)
"""How long it lives at all."""
GRACE = timedelta(seconds=10)
"""How long a used token still gives its successor, for answers that were lost."""

_NUMBER = re.compile(r"[0-9]{1,9}")


class SessionOver(Unauthenticated):
    """The refresh token is not, or no longer, one that keeps a session."""

    code = "session-over"

    def __init__(self, message: str = "Your session is over; please log in again.") -> None:
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """What the cookie holds.

    `family` is the same in all tokens of one session: whoever knows it held one of
    them, so that nobody can end a session by making up an old generation.
    """

    session_id: str
    generation: int
    family: str
    secret: str

    @classmethod
    def read(cls, cookie: str) -> Self | None:
        """The token in a cookie, or nothing when it cannot be one of ours."""
        parts = cookie.split(".")
        if len(cookie) > 200 or len(parts) != 4 or not _NUMBER.fullmatch(parts[1]):
            return None
        session_id, generation, family, secret = parts
        return cls(session_id, int(generation), family, secret)

    def successor(self, secret: str) -> Self:
        return replace(self, generation=self.generation + 1, secret=secret)

    def __str__(self) -> str:
        return f"{self.session_id}.{self.generation}.{self.family}.{self.secret}"


def fingerprint(secret: str) -> str:
    """What is stored of a secret: 256 random bits need no salt and no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Session:
    """One sign-in on one device."""

    id: str
    user_id: str
    family_hash: str
    token_hash: str
    """Of the one token that is good now."""
    started_at: datetime
    used_at: datetime
    """When that token was given."""
    generation: int = 1
    remembered: bool = False
    """Whether it outlives the browser's window."""
    previous_hash: str | None = None
    successor: str | None = None
    """The current token, sealed, while the previous one may still ask for it."""
    revoked_at: datetime | None = None
    version: int = 0


Change = tuple[Session, Sequence[Event]]


def start(token: RefreshToken, user_id: str, *, remembered: bool, at: datetime) -> Session:
    """A session whose first token this is."""
    return Session(
        id=token.session_id,
        user_id=user_id,
        family_hash=fingerprint(token.family),
        token_hash=fingerprint(token.secret),
        generation=token.generation,
        started_at=at,
        used_at=at,
        remembered=remembered,
    )


def belongs(session: Session, token: RefreshToken) -> bool:
    """Whether the token is, or once was, one of this session's."""
    return hmac.compare_digest(session.family_hash, fingerprint(token.family))


def present_again(session: Session, token: RefreshToken, *, at: datetime) -> Change:
    """A token came that is not the current one.

    The one before it, within `GRACE`, changes nothing: its holder may be told the
    successor once more. Any older one ends the session.

    Raises:
        SessionOver: It was never ours, or the session ended before.
    """
    ended = (
        session.revoked_at is not None
        or at - session.used_at >= IDLE
        or at - session.started_at >= LONGEST
    )
    if ended or not belongs(session, token) or token.generation >= session.generation:
        raise SessionOver
    if _is_retry(session, token, at=at):
        return session, []
    return revoke(session, "refresh-reuse", at=at)


def revoke(session: Session, reason: str, *, at: datetime) -> Change:
    """End the session: its access tokens are dead, too."""
    if session.revoked_at is not None:
        return session, []
    revoked = SessionRevoked(
        occurred_at=at, user_id=session.user_id, session_id=session.id, reason=reason
    )
    return replace(session, revoked_at=at, successor=None, version=session.version + 1), [revoked]


def _is_retry(session: Session, token: RefreshToken, *, at: datetime) -> bool:
    return (
        session.successor is not None
        and session.previous_hash is not None
        and at - session.used_at <= GRACE
        and token.generation == session.generation - 1
        and hmac.compare_digest(session.previous_hash, fingerprint(token.secret))
    )
