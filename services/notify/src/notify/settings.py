"""What an operator can set for notify."""

from pydantic import Field

from common.settings import ServiceSettings


class Settings(ServiceSettings):
    """Settings of notify."""

    port: int = Field(default=8106, ge=0, le=65535, validation_alias="CONVO_NOTIFY_PORT")
    """Port to listen on."""

    database: str = Field(default="notify", validation_alias="CONVO_NOTIFY_DATABASE")
    """Name of the MongoDB database that is notify's own."""
