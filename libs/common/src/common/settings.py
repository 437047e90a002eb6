"""What an operator can set, read once from the environment at start."""

import os
import sys
from collections.abc import Iterable
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


def _split(given: object) -> object:
    if not isinstance(given, str):
        return given
    return [part.strip().rstrip("/") for part in given.split(",") if part.strip()]


Listed = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
"""Several, with commas between."""


def origins(public_url: str, further: Iterable[str]) -> tuple[str, ...]:
    """Origins whose pages may use the platform, the public one first."""
    parts = urlsplit(public_url)
    own = f"{parts.scheme}://{parts.netloc}"
    # The same machine by its other name: many type it, and it is another origin.
    other_name = own.replace("localhost", "127.0.0.1", 1) if parts.hostname == "localhost" else own
    return tuple(dict.fromkeys((own, other_name, *further)))


class ProgramSettings(BaseSettings):
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


class Settings(ProgramSettings):
    """Settings of a program that people's requests come to."""

    jwks_url: str
    """Where auth publishes the keys that verify access tokens."""


class ServiceSettings(Settings):
    """Settings of a service, which keeps documents and is asked by the gateway."""

    mongo_url: SecretStr
    """MongoDB, a replica set (one member is enough)."""

    rooms_url: str = "http://127.0.0.1:8102"
    """Base address of rooms, asked who may enter when an answer is not known yet."""

    port: int = Field(ge=0, le=65535)
    database: str
