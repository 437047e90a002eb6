"""The keys that sign access tokens, and when each of them does.

What a key is follows from the time alone, so that replicas agree without telling each
other: next until `signs_at`, current until the one after it signs, then retiring
until its last token died.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from common.problems import Conflict

NOTICE = timedelta(minutes=10)
"""How long a key is published before it signs: twice as long as services keep a key set."""
TOKEN_LIFE = timedelta(minutes=15)
RETIRING = TOKEN_LIFE + timedelta(minutes=5)
"""How long a key is published after it signed: tokens live on, clocks and replicas differ."""

KeyState = Literal["next", "current", "retiring"]


class RotationPending(Conflict):
    code = "rotation-pending"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """An Ed25519 key pair."""

    id: str
    """The `kid` of its tokens."""
    public: str
    """The JWK's `x`: 32 bytes in base64url."""
    sealed: str = field(repr=False)
    """The private key, encrypted."""
    signs_at: datetime


@dataclass(frozen=True, slots=True)
class Keyring:
    """All keys, by the time at which they sign, oldest first; one always signs."""

    keys: tuple[SigningKey, ...]
    version: int = 1

    def current(self, at: datetime) -> SigningKey:
        """The key that signs."""
        return [key for key in self.keys if key.signs_at <= at or key is self.keys[0]][-1]

    def published(self, at: datetime) -> dict[SigningKey, KeyState]:
        """Every key that verifies, or soon will, and what it is now."""
        current = self.current(at)
        followers = (*self.keys[1:], None)
        states: dict[SigningKey, KeyState] = {}
        for key, follower in zip(self.keys, followers, strict=True):
            if key == current:
                states[key] = "current"
            elif key.signs_at > at:
                states[key] = "next"
            elif follower is not None and at - follower.signs_at < RETIRING:
                states[key] = "retiring"
        return states


def rotate(ring: Keyring, made: SigningKey, *, at: datetime, now: bool) -> Keyring:
    """Let a new key sign after `NOTICE`, or the next one (this, if there is none) at once.

    Raises:
        RotationPending: A key is waiting already, and it is not to sign `now`.
    """
    states = ring.published(at)
    waiting = [key for key, state in states.items() if state == "next"]
    if waiting and not now:
        raise RotationPending(f"Key {waiting[0].id} signs from {waiting[0].signs_at.isoformat()}.")
    following = waiting[0] if waiting else made
    kept = [key for key, state in states.items() if state != "next"]
    newest = replace(following, signs_at=at if now else at + NOTICE)
    return Keyring((*kept, newest), version=ring.version + 1)
