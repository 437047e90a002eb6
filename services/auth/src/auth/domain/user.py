"""Who a person is, and how they come, change and are seen."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from auth.domain import text
from common.events import Event, PresenceChanged, SessionStarted, UserRegistered, UserUpdated
from common.problems import Conflict, NotFound

Status = Literal["online", "offline"]
Role = Literal["user", "moderator", "admin"]


class UserExists(Conflict):
    code = "user-already-exists"

    def __init__(self, message: str = "User already exists") -> None:
        super().__init__(message)


class UsernameTaken(Conflict):
    code = "username-taken"

    def __init__(self, message: str = "Somebody else has this username.") -> None:
        super().__init__(message)


class UserNotFound(NotFound):
    code = "user-not-found"

    def __init__(self, message: str = "There is no such person.") -> None:
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class User:
    """A person with an account."""

    id: str
    username: str
    username_key: str
    email: str
    email_key: str
    password_hash: str = field(repr=False)
    created_at: datetime
    updated_at: datetime
    full_name: str | None = None
    contact: str | None = None
    profile_picture: str | None = None
    """Path of the picture at the gateway."""
    picture_at: datetime | None = None
    """When the picture was last set or removed."""
    roles: tuple[Role, ...] = ("user",)
    status: Status = "offline"
    last_seen: datetime | None = None
    """When they were last found to have come or gone."""
    last_login: datetime | None = None
    version: int = 0

    @property
    def name(self) -> str:
        """What others call them."""
        return self.full_name or self.username


Change = tuple[User, Sequence[Event]]


def register(  # noqa: PLR0913 - an account begins with all of this
    user_id: str,
    *,
    username: str,
    email: str,
    full_name: str | None,
    password_hash: str,
    at: datetime,
) -> Change:
    """A new account."""
    user = User(
        id=user_id,
        username=username,
        username_key=text.key(username),
        email=email,
        email_key=text.key(email),
        password_hash=password_hash,
        full_name=full_name,
        created_at=at,
        updated_at=at,
        version=1,
    )
    return user, [UserRegistered(occurred_at=at, user_id=user_id)]


def sign_in(user: User, session_id: str, *, at: datetime, rehashed: str | None = None) -> Change:
    """A session of this person began; `rehashed` is their password, kept better than before."""
    started = SessionStarted(occurred_at=at, user_id=user.id, session_id=session_id)
    changed = replace(
        user,
        last_login=max(at, user.last_login or at),
        password_hash=rehashed or user.password_hash,
        version=user.version + 1,
    )
    return changed, [started]


def update(  # noqa: PLR0913 - a profile has this much that can be changed
    user: User,
    *,
    username: str,
    full_name: str | None,
    contact: str | None,
    without_picture: bool,
    at: datetime,
) -> Change:
    """Change what a person tells about themselves; all of it is given."""
    changed = replace(
        user,
        username=username,
        username_key=text.key(username),
        full_name=full_name,
        contact=contact,
    )
    if without_picture:
        picture_at = max(at, user.picture_at or at)
        changed = replace(changed, profile_picture=None, picture_at=picture_at)
    return (user, []) if changed == user else _shown(changed, at=at)


def picture(user: User, path: str, *, at: datetime) -> Change:
    """Show another picture, unless it is older than the last change of pictures."""
    if user.picture_at is not None and at <= user.picture_at:
        return user, []
    return _shown(replace(user, profile_picture=path, picture_at=at), at=at)


def promote(user: User, role: Role, *, at: datetime) -> Change:
    """Give a person a role, beside those they have."""
    if role in user.roles:
        return user, []
    return _shown(replace(user, roles=(*user.roles, role)), at=at)


def appear(user: User, status: Status, *, at: datetime) -> Change:
    """They are online or offline now; told only when that is news."""
    if user.status == status:
        return user, []
    changed = replace(
        user, status=status, last_seen=max(at, user.last_seen or at), version=user.version + 1
    )
    return changed, [PresenceChanged(occurred_at=at, user_id=user.id, status=status)]


def _shown(user: User, *, at: datetime) -> Change:
    told = UserUpdated(
        occurred_at=at,
        user_id=user.id,
        full_name=user.name,
        profile_picture=user.profile_picture,
    )
    return replace(user, updated_at=at, version=user.version + 1), [told]
