"""Time and identity come in as arguments; these are the real ones."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated

from pydantic import AwareDatetime, PlainSerializer

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Now, cut to milliseconds: what MongoDB keeps, so memory and store agree."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


def rfc3339(moment: datetime) -> str:
    """RFC 3339 in UTC with milliseconds, for example `2026-11-22T10:00:00.000Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


Timestamp = Annotated[AwareDatetime, PlainSerializer(rfc3339, when_used="json")]
"""A moment as it travels: RFC 3339, UTC, milliseconds."""


def new_id() -> str:
    """An opaque id of 96 random bits, safe in a URL."""
    return secrets.token_urlsafe(12)
