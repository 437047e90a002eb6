"""What an operator can set for auth."""

from pydantic import Field, SecretStr

from common import settings
from common.settings import Listed, ServiceSettings


class Settings(ServiceSettings):
    """Settings of auth."""

    jwks_url: str = ""
    """Not needed here: auth reads its keys where it keeps them."""

    port: int = Field(default=8101, ge=0, le=65535, validation_alias="CONVO_AUTH_PORT")
    """Port to listen on."""

    database: str = Field(default="auth", validation_alias="CONVO_AUTH_DATABASE")
    """Name of the MongoDB database that is auth's own."""

    key_secret: SecretStr = Field(min_length=32, validation_alias="CONVO_AUTH_KEY_SECRET")
    """Seals the signing keys and refresh tokens in the store; the same for every replica."""

    argon2_memory_kib: int = Field(
        default=46 * 1024, ge=19 * 1024, validation_alias="CONVO_AUTH_ARGON2_MEMORY_KIB"
    )
    """Memory one password hash takes, in KiB; at least what OWASP asks for."""

    argon2_time_cost: int = Field(default=1, ge=1, validation_alias="CONVO_AUTH_ARGON2_TIME_COST")
    """Passes over that memory; with less than 46 MiB there should be two."""

    public_url: str = "http://localhost:8080"
    """Where browsers find the platform; cookies are `Secure` when it is https."""

    allowed_origins: Listed = ()
    """Further origins whose pages may refresh a session."""

    @property
    def origins(self) -> tuple[str, ...]:
        """Every origin whose pages may use the refresh cookie."""
        return settings.origins(self.public_url, self.allowed_origins)

    @property
    def secure(self) -> bool:
        """Whether browsers reach the platform by https only."""
        return self.public_url.startswith("https:")
