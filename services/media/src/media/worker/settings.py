"""What an operator can set for a media worker."""

from pydantic import Field

from common.settings import Listed, ProgramSettings


class Settings(ProgramSettings):
    """Settings of a media worker."""

    bind: str | None = Field(default=None, validation_alias="CONVO_MEDIA_WORKER_HOST")
    """Address to take media at, where it is not `CONVO_HOST`; `::` is all of IPv4 and IPv6."""

    port: int = Field(default=8110, ge=0, le=65535, validation_alias="CONVO_MEDIA_WORKER_PORT")
    """UDP port for all media; each worker of a machine has its own."""

    public_ip: Listed = Field(default=("127.0.0.1",), validation_alias="CONVO_MEDIA_PUBLIC_IP")
    """Addresses or names at which clients reach the worker, the preferred first."""
