"""What an operator can set for rooms."""

from pydantic import Field

from common.settings import ServiceSettings


class Settings(ServiceSettings):
    """Settings of rooms."""

    port: int = Field(default=8102, ge=0, le=65535, validation_alias="CONVO_ROOMS_PORT")
    """Port to listen on."""

    database: str = Field(default="rooms", validation_alias="CONVO_ROOMS_DATABASE")
    """Name of the MongoDB database that is rooms' own."""
