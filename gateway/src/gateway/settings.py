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


Rate = Annotated[str, AfterValidator(_rate)]
Base = Annotated[str, AfterValidator(_base)]


class Settings(settings.Settings):
    """Settings of the gateway."""

    port: int = Field(default=8080, ge=0, le=65535, validation_alias="CONVO_GATEWAY_PORT")
    """Port to listen on."""

    auth_url: Base = "http://127.0.0.1:8101"
    """Base address of auth."""
    rooms_url: Base = "http://127.0.0.1:8102"
    """Base address of rooms."""
    chat_url: Base = "http://127.0.0.1:8103"
    """Base address of chat."""
    signaling_url: Base = "http://127.0.0.1:8104"
    """Base address of signaling."""
    media_url: Base = "http://127.0.0.1:8105"
    """Base address of media."""
    notify_url: Base = "http://127.0.0.1:8106"
    """Base address of notify."""
    analytics_url: Base = "http://127.0.0.1:8107"
    """Base address of analytics."""

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
    def services(self) -> dict[str, str]:
        """Base address of each service."""
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
