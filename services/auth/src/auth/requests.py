"""What auth is asked and what it answers, as JSON."""

import unicodedata
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from auth.domain import TOKEN_LIFE, Role, Session, Status, User, text
from common.clock import Timestamp
from common.wire import Body, Wire


def _email(value: str) -> str:
    if not text.is_email(value):
        raise PydanticCustomError("email", "This is not an email address.")
    return value


def _username(value: str) -> str:
    if not text.is_username(value):
        raise PydanticCustomError(
            "username", "A username has 2 to 32 letters, digits, dots, dashes or underscores."
        )
    return value


def _plain(value: str) -> str:
    if not text.is_plain(value):
        raise PydanticCustomError("plain", "Control characters are not part of a name.")
    return unicodedata.normalize("NFC", value)


_Text = StringConstraints(strip_whitespace=True, min_length=1, max_length=254)
Email = Annotated[str, _Text, AfterValidator(_email)]
Username = Annotated[str, _Text, AfterValidator(_username)]
FullName = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=120),
    AfterValidator(_plain),
]
Contact = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(_plain)
]
Password = Annotated[str, StringConstraints(max_length=1024)]


class Register(Body):
    email: Email
    password: Password
    """8 to 128 characters, not one of those everybody tries first."""
    username: Username | None = None
    """Derived from name or address when left out."""
    full_name: FullName | None = None


class LogIn(Body):
    username: str | None = Field(default=None, max_length=254)
    """Username or address."""
    email: str | None = Field(default=None, max_length=254)
    """Address or username."""
    password: Password
    remember_me: bool = False
    """Whether the session outlives the browser's window."""

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if not self.identifier:
            raise PydanticCustomError("identifier", "Give a username or an email.")
        return self

    @property
    def identifier(self) -> str:
        return (self.username or self.email or "").strip()


class UpdateProfile(Body):
    full_name: FullName | None = None
    """Null takes it away."""
    username: Username | None = None
    contact: Contact | None = None
    """A phone number or whatever else reaches the person; null takes it away."""
    profile_picture: None = None
    """Null takes the picture away; a new one is uploaded to `/api/media/files`."""


class ProfileView(Wire):
    """A person as they see themselves."""

    user_id: str
    username: str
    email: str
    full_name: str | None
    profile_picture: str | None
    """Path at the gateway."""
    contact: str | None
    roles: list[Role]
    status: Status
    last_login: Timestamp | None
    created_at: Timestamp
    updated_at: Timestamp

    @classmethod
    def of(cls, user: User) -> "ProfileView":
        return cls(
            user_id=user.id,
            username=user.username,
            email=user.email,
            full_name=user.full_name,
            profile_picture=user.profile_picture,
            contact=user.contact,
            roles=list(user.roles),
            status=user.status,
            last_login=user.last_login,
            created_at=user.created_at,
            updated_at=user.updated_at,
        )


class PersonView(Wire):
    """A person as others see them: without their address."""

    user_id: str
    username: str
    full_name: str | None
    profile_picture: str | None
    status: Status

    @classmethod
    def of(cls, user: User) -> "PersonView":
        return cls(
            user_id=user.id,
            username=user.username,
            full_name=user.full_name,
            profile_picture=user.profile_picture,
            status=user.status,
        )


class RegisteredView(Wire):
    message: Literal["User registered successfully"] = "User registered successfully"
    user_id: str
    user: ProfileView


class SignedInView(Wire):
    token: str
    """Access token, for `Authorization: Bearer`."""
    expires_in: int = int(TOKEN_LIFE.total_seconds())
    """Seconds."""
    user: ProfileView


class RevokedView(Wire):
    session_id: str
    revoked_at: Timestamp

    @classmethod
    def of(cls, session: Session) -> "RevokedView":
        assert session.revoked_at is not None
        return cls(session_id=session.id, revoked_at=session.revoked_at)
