"""What media is asked and what it answers, as JSON."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from common.clock import Timestamp
from common.wire import Body, Wire
from media.domain import UPLOAD_LASTS, File

# Not used as a path anywhere; a browser may still make one of it when it saves the file.
Name = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=255, pattern=r"^[^\x00-\x1f\x7f/\\]+$")
]
Word = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class Announce(Body):
    name: Name
    """What its owner calls the file."""
    content_type: Word
    """`image/png`, `image/jpeg` or `image/webp`."""
    size: Annotated[int, Field(ge=1, le=1 << 40)]
    """Bytes."""
    purpose: Word
    """`profile-picture`."""


class Upload(Wire):
    """How the bytes are to be sent."""

    method: Literal["PUT"] = "PUT"
    url: str
    headers: dict[str, str]


class AnnouncedView(Wire):
    file_id: str
    upload: Upload
    expires_at: Timestamp
    """When `upload` ends."""

    @classmethod
    def of(cls, file: File, url: str) -> "AnnouncedView":
        return cls(
            file_id=file.id,
            upload=Upload(url=url, headers={"Content-Type": file.content_type}),
            expires_at=file.created_at + UPLOAD_LASTS,
        )


class FileView(Wire):
    file_id: str
    name: str
    content_type: str
    size: int
    purpose: str
    path: str
    """Where the gateway serves it."""

    @classmethod
    def of(cls, file: File) -> "FileView":
        return cls(
            file_id=file.id,
            name=file.name,
            content_type=file.content_type,
            size=file.size,
            purpose=file.purpose,
            path=file.path,
        )
