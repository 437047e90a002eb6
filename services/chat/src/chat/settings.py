"""What an operator can set for chat."""

from pydantic import Field

from common.settings import ServiceSettings


class Settings(ServiceSettings):
    """Settings of chat."""

    port: int = Field(default=8103, ge=0, le=65535, validation_alias="CONVO_CHAT_PORT")
    """Port to listen on."""

    database: str = Field(default="chat", validation_alias="CONVO_CHAT_DATABASE")
    """Name of the MongoDB database that is chat's own."""
