"""What media publishes: files that are stored for good, and which workers forward calls."""

from pydantic import Field

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


class WorkerAlive(Event):
    """Said every second by a worker that forwards media; one silent for 3 s is lost."""

    type = "media.worker_alive.v1"

    worker_id: str
    """New at every start of the process."""
    load: float = Field(ge=0)
    """Share of one core it uses; a call is better given to another one above 0.7."""
    packets_per_second: float = Field(ge=0)
    """Packets sent on."""
    rooms: int = Field(ge=0)
    peers: int = Field(ge=0)

    def subject(self) -> str | None:
        return self.worker_id


class WorkerStopped(Event):
    """A worker goes away on purpose: its calls need another one."""

    type = "media.worker_stopped.v1"

    worker_id: str

    def subject(self) -> str | None:
        return self.worker_id
