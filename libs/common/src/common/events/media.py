"""What media publishes: files that are stored for good."""

from common.events.event import Event, PersonalText


class FileStored(Event):
    """A file was uploaded, checked and kept."""

    type = "media.file_stored.v1"

    file_id: str
    owner_id: str
    purpose: str
    """`profile-picture`, or a later purpose."""
    name: PersonalText
    content_type: str
    size: int
    """Bytes."""
    path: str
    """Where the gateway serves it."""

    def subject(self) -> str | None:
        return self.file_id


class FileDeleted(Event):
    """A file is gone."""

    type = "media.file_deleted.v1"

    file_id: str
    owner_id: str

    def subject(self) -> str | None:
        return self.file_id
