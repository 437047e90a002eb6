"""What an operator can set for media."""

from pydantic import Field, SecretStr

from common.settings import ServiceSettings


class Settings(ServiceSettings):
    """Settings of media."""

    port: int = Field(default=8105, ge=0, le=65535, validation_alias="CONVO_MEDIA_PORT")
    """Port to listen on."""

    database: str = Field(default="media", validation_alias="CONVO_MEDIA_DATABASE")
    """Name of the MongoDB database that is media's own."""

    s3_url: str
    """Address of the S3 object store."""

    s3_public_url: str | None = None
    """Address at which browsers reach it, where that is another one."""

    s3_access_key: str
    """Name of the key pair."""

    s3_secret_key: SecretStr
    """Secret of the key pair."""

    s3_bucket: str = "convo"
    """Bucket that is media's own; made at start where it is missing."""

    s3_region: str = "us-east-1"
    """Region that signatures name."""
