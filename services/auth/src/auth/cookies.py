"""The refresh cookie, and who may use it."""

from typing import Annotated

from fastapi import Cookie, Depends, Header, Request, Response

from auth.domain import LONGEST, RefreshToken
from auth.settings import Settings
from common.problems import Forbidden

NAME = "convo_refresh"
PATH = "/api/auth"
"""As browsers see it, at the gateway."""


class ForeignOrigin(Forbidden):
    code = "foreign-origin"


class HeaderMissing(Forbidden):
    code = "refresh-header-missing"


def hand_over(response: Response, token: RefreshToken, *, remembered: bool, secure: bool) -> None:
    """Give the browser the token; without `remembered` it forgets it when it closes."""
    response.set_cookie(
        NAME,
        str(token),
        max_age=int(LONGEST.total_seconds()) if remembered else None,
        path=PATH,
        secure=secure,
        httponly=True,
        samesite="strict",
    )


def take_back(response: Response, *, secure: bool) -> None:
    """Let the browser forget it."""
    response.delete_cookie(NAME, path=PATH, secure=secure, httponly=True, samesite="strict")


async def _own_origin(
    request: Request, origin: Annotated[str | None, Header(include_in_schema=False)] = None
) -> None:
    settings: Settings = request.state.settings
    if origin is not None and origin not in settings.origins:
        raise ForeignOrigin("Pages of this origin may not use the session.")


async def _on_purpose(
    x_convo_refresh: Annotated[str | None, Header(description="Must be 1.")] = None,
) -> None:
    # A form or an image cannot send it, and a script elsewhere must ask first (CORS).
    if x_convo_refresh != "1":
        raise HeaderMissing("The header X-Convo-Refresh: 1 is missing.")


OwnOrigin = Depends(_own_origin)
"""Refuses pages of other origins (403); programs, which send none, may pass."""
OnPurpose = Depends(_on_purpose)
"""Refuses what a browser could be tricked to send (403)."""
RefreshCookie = Annotated[str | None, Cookie(alias=NAME)]
