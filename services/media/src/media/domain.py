"""What media decides: pure, nothing here waits, stores or asks for the time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Literal

from common.events import Event, FileDeleted, FileStored
from common.problems import Conflict, NotFound, Problem, TooMany

PICTURE = "profile-picture"

UPLOAD_LASTS = timedelta(minutes=10)
"""How long the address given for an upload can be used."""
ABANDONED_AFTER = timedelta(hours=1)
"""When a file that was announced and not completed is given up."""
MOST_WAITING = 20
"""Uploads one person may have announced and not completed."""


class FileNotFound(NotFound):
    code = "file-not-found"

    def __init__(self, message: str = "File not found") -> None:
        super().__init__(message)


class UnknownPurpose(Problem):
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "unknown-purpose"


class TypeNotAllowed(Problem):
    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    code = "type-not-allowed"


class FileTooLarge(Problem):
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    code = "file-too-large"


class TooManyUploads(TooMany):
    code = "too-many-uploads"
    retry_after = 60


class NothingUploaded(Conflict):
    code = "nothing-uploaded"


class NotAsAnnounced(Problem):
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "not-as-announced"


@dataclass(frozen=True, slots=True)
class Rule:
    """What files of one purpose have to be like."""

    content_types: frozenset[str]
    most_bytes: int


PURPOSES: Mapping[str, Rule] = {
    PICTURE: Rule(frozenset({"image/png", "image/jpeg", "image/webp"}), 5 << 20),
}


@dataclass(frozen=True, slots=True)
class File:
    """Something a person keeps here."""

    id: str
    owner_id: str
    purpose: str
    """One of `PURPOSES`."""
    name: str
    """What its owner calls it; it is never part of a path or key."""
    content_type: str
    """As announced, and once it is stored as it is kept."""
    size: int
    """Bytes; like `content_type`."""
    created_at: datetime
    changed_at: datetime
    """When its state changed last."""
    due_at: datetime | None
    """When the sweep has to look at it."""
    state: Literal["announced", "stored", "deleted"] = "announced"
    version: int = 0

    # Two objects, so that the address for the upload cannot change what was checked.
    @property
    def upload_key(self) -> str:
        """Where its owner puts the bytes."""
        return f"uploads/{self.id}"

    @property
    def key(self) -> str:
        """Where the checked bytes are kept."""
        return f"files/{self.id}"

    @property
    def path(self) -> str:
        """Where the gateway serves it."""
        return f"/api/media/pictures/{self.id}"


Change = tuple[File, Sequence[Event]]


def announce(  # noqa: PLR0913 - what a file is
    key: str,
    owner_id: str,
    *,
    purpose: str,
    name: str,
    content_type: str,
    size: int,
    waiting: int,
    at: datetime,
) -> File:
    """A file that is to be uploaded; `waiting` is how many others of this person are.

    Raises:
        UnknownPurpose: There is no such purpose.
        TypeNotAllowed: Files of this purpose are of other types.
        FileTooLarge: They are smaller.
        TooManyUploads: `MOST_WAITING` others are waiting.
    """
    rule = PURPOSES.get(purpose)
    if rule is None:
        raise UnknownPurpose("There is no such purpose.")
    if content_type not in rule.content_types:
        raise TypeNotAllowed(f"Allowed are {', '.join(sorted(rule.content_types))}.")
    if size > rule.most_bytes:
        raise FileTooLarge(f"Such a file has at most {rule.most_bytes} bytes.")
    if waiting >= MOST_WAITING:
        raise TooManyUploads("Complete the uploads you began, or wait an hour.")
    due_at = at + ABANDONED_AFTER
    return File(key, owner_id, purpose, name, content_type, size, at, at, due_at)


def owned(file: File, user_id: str) -> File:
    """Raises `FileNotFound` to everybody but the owner, and when the file is gone."""
    if file.owner_id != user_id or file.state == "deleted":
        raise FileNotFound
    return file


def kept(file: File) -> File:
    """Raises `FileNotFound` unless the file is stored."""
    if file.state != "stored":
        raise FileNotFound
    return file


def uploaded(file: File, content: bytes | None) -> bytes:
    """What was uploaded, if it is what was announced as far as its size tells.

    Raises:
        NothingUploaded: There is nothing.
        NotAsAnnounced: It is longer or shorter.
    """
    if content is None:
        raise NothingUploaded("Upload the file first.")
    if len(content) != file.size:
        raise NotAsAnnounced("The file does not have the size that was announced.")
    return content


def store(file: File, *, content_type: str, size: int, at: datetime) -> Change:
    """Keep a file whose bytes were checked; storing it again changes nothing.

    Raises:
        FileNotFound: It was deleted meanwhile.
    """
    if file.state == "stored":
        return file, []
    if file.state == "deleted":
        raise FileNotFound
    stored = FileStored(
        occurred_at=at,
        file_id=file.id,
        owner_id=file.owner_id,
        purpose=file.purpose,
        name=file.name,
        content_type=content_type,
        size=size,
        path=file.path,
    )
    changed = replace(file, content_type=content_type, size=size, state="stored")
    return _changed(changed, at=at), [stored]


def delete(file: File, *, at: datetime) -> Change:
    """Take a file away, with its name; deleting it again changes nothing."""
    if file.state == "deleted":
        return file, []
    deleted = FileDeleted(occurred_at=at, file_id=file.id, owner_id=file.owner_id)
    return _changed(replace(file, name="", state="deleted"), at=at), [deleted]


def abandon(file: File, *, at: datetime) -> Change:
    """Give up a file that was announced and never completed; another changes nothing."""
    return delete(file, at=at) if file.state == "announced" else (file, [])


def unneeded(file: File) -> Sequence[str]:
    """Keys of the objects it does not need any more."""
    return {
        "announced": (),
        "stored": (file.upload_key,),
        "deleted": (file.upload_key, file.key),
    }[file.state]


def swept(file: File, *, at: datetime) -> File:
    """Its unneeded objects were removed.

    They are removed once more later: until then the address for the upload still
    works, and a completion that was overtaken by a deletion may still write.
    """
    last = file.changed_at + UPLOAD_LASTS
    return replace(file, due_at=last if at < last else None)


def _changed(file: File, *, at: datetime) -> File:
    return replace(file, changed_at=at, due_at=at, version=file.version + 1)
