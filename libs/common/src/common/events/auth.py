"""What auth publishes: who exists, and whose session ended."""

from typing import Literal

from common.events.event import Event, PersonalText


class UserRegistered(Event):
    """Somebody made an account."""

    type = "auth.user_registered.v1"

    user_id: str

    def subject(self) -> str | None:
        return self.user_id


class UserUpdated(Event):
    """A person changed how they are shown."""

    type = "auth.user_updated.v1"
    frame = "profileUpdated"

    user_id: str
    full_name: PersonalText
    profile_picture: str | None
    """Path of the picture at the gateway."""

    def subject(self) -> str | None:
        return self.user_id

    def audience(self) -> tuple[str, ...]:
        return (f"user.{self.user_id}", f"presence.{self.user_id}")


class SessionStarted(Event):
    """Somebody signed in on one device."""

    type = "auth.session_started.v1"

    user_id: str
    session_id: str

    def subject(self) -> str | None:
        return self.user_id


class SessionRevoked(Event):
    """A session ended: its access tokens are dead from now on."""

    type = "auth.session_revoked.v1"

    user_id: str
    session_id: str
    reason: str
    """`logout`, `refresh-reuse` or a later reason."""

    def subject(self) -> str | None:
        return self.user_id


class PresenceChanged(Event):
    """A person came online or went offline."""

    type = "auth.presence_changed.v1"
    frame = "presence"

    user_id: str
    status: Literal["online", "offline"]

    def subject(self) -> str | None:
        return self.user_id

    def audience(self) -> tuple[str, ...]:
        return (f"presence.{self.user_id}",)
