"""What an operator can set for analytics."""

from pydantic import Field

from common.settings import ServiceSettings


class Settings(ServiceSettings):
    """Settings of analytics."""

    port: int = Field(default=8107, ge=0, le=65535, validation_alias="CONVO_ANALYTICS_PORT")
    """Port to listen on."""

    database: str = Field(default="analytics", validation_alias="CONVO_ANALYTICS_DATABASE")
    """Name of the MongoDB database that is analytics' own."""
