"""What an operator can set, read once from the environment at start."""

import os
import sys
from typing import Self

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What every program is told; each adds its own.

    Names are `CONVO_` and the field in capitals. A secret can be given as a file of
    that name in the folder `CONVO_SECRETS_DIR`.
    """

    model_config = SettingsConfigDict(
        env_prefix="CONVO_", frozen=True, extra="ignore", use_attribute_docstrings=True
    )

    host: str = "127.0.0.1"
    """Address to listen on."""

    log_level: str = "INFO"
    """Least level that is logged: DEBUG, INFO, WARNING or ERROR."""

    otlp_endpoint: str | None = None
    """Where spans are sent (OTLP over HTTP); nothing is recorded without it."""

    amqp_url: SecretStr
    """RabbitMQ, with user and password."""

    jwks_url: str
    """Where auth publishes the keys that verify access tokens."""

    @classmethod
    def read(cls) -> Self:
        """Read the environment; a missing or bad setting ends the program in one sentence."""
        try:
            return cls(_secrets_dir=os.environ.get("CONVO_SECRETS_DIR"))
        except ValidationError as wrong:
            for error in wrong.errors():
                name = "_".join(str(part) for part in error["loc"]).upper()
                sys.stderr.write(f"CONVO_{name.removeprefix('CONVO_')}: {error['msg']}\n")
            raise SystemExit(2) from None


class ServiceSettings(Settings):
    """Settings of a service, which keeps documents and is asked by the gateway."""

    mongo_url: SecretStr
    """MongoDB, a replica set (one member is enough)."""

    rooms_url: str = "http://127.0.0.1:8102"
    """Base address of rooms, asked who may enter when an answer is not known yet."""

    port: int = Field(ge=0, le=65535)
    database: str
