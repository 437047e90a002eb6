"""What an operator can set for signaling."""

import re
from typing import Annotated, Final

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import NoDecode

from common.settings import ServiceSettings
from signaling.domain import Relays, stun_of

_SHORTEST_SECRET: Final = 16
_STUN: Final = re.compile(r"stuns?:[^\s?]+")  # RFC 7064
_TURN: Final = re.compile(r"turns?:[^\s?]+(\?transport=(udp|tcp))?")  # RFC 7065

Urls = Annotated[tuple[str, ...], NoDecode]


class Settings(ServiceSettings):
    """Settings of signaling."""

    port: int = Field(default=8104, ge=0, le=65535, validation_alias="CONVO_SIGNALING_PORT")
    """Port to listen on."""

    database: str = Field(default="signaling", validation_alias="CONVO_SIGNALING_DATABASE")
    """Name of the MongoDB database that is signaling's own."""

    turn_urls: Urls = ()
    """TURN servers, as clients reach them, with commas between; none when empty."""

    turn_secret: SecretStr = Field(default=SecretStr(""), validate_default=True)
    """What the TURN servers have as `static-auth-secret`; needed where there are any."""

    stun_urls: Urls = ()
    """STUN servers, likewise; those that are TURN servers too when empty."""

    @field_validator("turn_urls", "stun_urls", mode="before")
    @classmethod
    def _split(cls, given: object) -> object:
        if not isinstance(given, str):
            return given
        return tuple(each.strip() for each in given.split(",") if each.strip())

    @field_validator("turn_urls")
    @classmethod
    def _are_turn(cls, urls: tuple[str, ...]) -> tuple[str, ...]:
        return _all_like(_TURN, urls)

    @field_validator("stun_urls")
    @classmethod
    def _are_stun(cls, urls: tuple[str, ...]) -> tuple[str, ...]:
        return _all_like(_STUN, urls)

    @field_validator("turn_secret")
    @classmethod
    def _is_strong_where_needed(cls, secret: SecretStr, info: ValidationInfo) -> SecretStr:
        if info.data.get("turn_urls") and len(secret.get_secret_value()) < _SHORTEST_SECRET:
            raise ValueError(f"TURN servers need a secret of at least {_SHORTEST_SECRET} letters")
        return secret

    def relays(self) -> Relays:
        derived = dict.fromkeys(stun for url in self.turn_urls if (stun := stun_of(url)))
        return Relays(
            stun_urls=self.stun_urls or tuple(derived),
            turn_urls=self.turn_urls,
            secret=self.turn_secret.get_secret_value(),
        )


def _all_like(pattern: re.Pattern[str], urls: tuple[str, ...]) -> tuple[str, ...]:
    for url in urls:
        if not pattern.fullmatch(url):
            raise ValueError(f"not an address this can be: {url}")
    return urls
