"""What an operator can set for the gateway."""

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import limits
from pydantic import AfterValidator, AliasChoices, Field

from common import settings
from common.settings import Listed


def _rate(given: str) -> str:
    limits.parse(given)
    return given


def _base(given: str) -> str:
    parts = urlsplit(given)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise ValueError("must be an address that begins with http:// or https://")
    return given.rstrip("/")


def _bases(given: tuple[str, ...]) -> tuple[str, ...]:
    if not given:
        raise ValueError("must name at least one address")
    return tuple(dict.fromkeys(_base(each) for each in given))


Rate = Annotated[str, AfterValidator(_rate)]
Base = Annotated[str, AfterValidator(_base)]
Bases = Annotated[Listed, AfterValidator(_bases)]
"""The replicas of a service, with commas between; or one address that spreads the load."""


class Settings(settings.Settings):
    """Settings of the gateway."""

    port: int = Field(default=8080, ge=0, le=65535, validation_alias="CONVO_GATEWAY_PORT")
    """Port to listen on."""

    auth_url: Bases = ("http://127.0.0.1:8101",)
    """Base address of auth, or of each of its replicas with commas between."""
    rooms_url: Bases = ("http://127.0.0.1:8102",)
    """Base address of rooms, or of each of its replicas with commas between."""
    chat_url: Bases = ("http://127.0.0.1:8103",)
    """Base address of chat, or of each of its replicas with commas between."""
    signaling_url: Bases = ("http://127.0.0.1:8104",)
    """Base address of signaling, or of each of its replicas with commas between."""
    media_url: Bases = ("http://127.0.0.1:8105",)
    """Base address of media, or of each of its replicas with commas between."""
    notify_url: Bases = ("http://127.0.0.1:8106",)
    """Base address of notify, or of each of its replicas with commas between."""
    analytics_url: Bases = ("http://127.0.0.1:8107",)
    """Base address of analytics, or of each of its replicas with commas between."""

    public_url: Base = "http://localhost:8080"
    """Where people reach the gateway; with https it tells browsers to stay there."""

    allowed_origins: Listed = ()
    """Origins whose pages may call, besides the public address's own."""

    s3_public_url: Base | None = None
    """Where browsers reach the object store, when files are kept."""

    web_dir: Path = Field(
        default=Path("web/dist"),
        validation_alias=AliasChoices("CONVO_GATEWAY_WEB_DIR", "CONVO_WEB_DIR"),
    )
    """Folder of the built web client."""

    trusted_proxies: Listed = ()
    """Addresses of proxies in front, whose `X-Forwarded-For` is believed."""

    rate_limit_user: Rate = "1200/minute"
    """Requests of one person."""
    rate_limit_address: Rate = "6000/minute"
    """Requests, and sockets opened, from one address; whole offices share one."""
    rate_limit_sign_in: Rate = "60/minute"
    """Log-ins and registrations from one address."""
    rate_limit_refresh: Rate = "300/minute"
    """Token renewals from one address; each page load makes one."""

    @property
    def services(self) -> dict[str, tuple[str, ...]]:
        """Base addresses of each service's replicas."""
        return {
            "auth": self.auth_url,
            "rooms": self.rooms_url,
            "chat": self.chat_url,
            "signaling": self.signaling_url,
            "media": self.media_url,
            "notify": self.notify_url,
            "analytics": self.analytics_url,
        }

    @property
    def origins(self) -> tuple[str, ...]:
        """Origins whose pages may call, the public one first."""
        return settings.origins(self.public_url, self.allowed_origins)
