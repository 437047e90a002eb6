from datetime import timedelta

import pytest

from common.events import FileDeleted, FileStored
from common.testing import NOON
from media import domain
from media.domain import (
    ABANDONED_AFTER,
    MOST_WAITING,
    UPLOAD_LASTS,
    FileNotFound,
    FileTooLarge,
    NotAsAnnounced,
    NothingUploaded,
    TooManyUploads,
    TypeNotAllowed,
    UnknownPurpose,
)

LATER = NOON + timedelta(minutes=1)


def announced(**changes):
    wanted = {
        "purpose": "profile-picture",
        "name": "me.png",
        "content_type": "image/png",
        "size": 1000,
        "waiting": 0,
        "at": NOON,
    }
    return domain.announce("f1", "ada", **{**wanted, **changes})


def stored():
    return domain.store(announced(), content_type="image/webp", size=900, at=LATER)[0]


def deleted():
    return domain.delete(stored(), at=LATER)[0]


def test_an_announced_file_waits_for_its_bytes_for_an_hour():
    file = announced()

    assert (file.state, file.version, file.due_at) == ("announced", 0, NOON + ABANDONED_AFTER)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"purpose": "malware"}, UnknownPurpose),
        ({"content_type": "image/svg+xml"}, TypeNotAllowed),
        ({"content_type": "image/PNG"}, TypeNotAllowed),
        ({"size": (5 << 20) + 1}, FileTooLarge),
        ({"waiting": MOST_WAITING}, TooManyUploads),
    ],
)
def test_what_a_purpose_does_not_allow_is_refused(changes, refusal):
    with pytest.raises(refusal):
        announced(**changes)


def test_the_largest_file_allowed_is_allowed():
    assert announced(size=5 << 20, waiting=MOST_WAITING - 1).size == 5 << 20


def test_the_name_of_a_file_is_in_no_key():
    file = announced(name="../../etc/passwd")

    assert file.upload_key != file.key
    assert "passwd" not in file.upload_key + file.key + file.path


def test_a_file_is_there_for_its_owner_until_it_is_deleted():
    assert domain.owned(announced(), "ada") == announced()

    with pytest.raises(FileNotFound):
        domain.owned(announced(), "eve")
    with pytest.raises(FileNotFound):
        domain.owned(deleted(), "ada")


def test_only_a_stored_file_can_be_seen():
    assert domain.kept(stored()) == stored()

    for file in (announced(), deleted()):
        with pytest.raises(FileNotFound):
            domain.kept(file)


def test_what_was_uploaded_has_the_announced_size():
    assert domain.uploaded(announced(size=3), b"abc") == b"abc"

    with pytest.raises(NothingUploaded):
        domain.uploaded(announced(), None)
    for content in (b"", b"ab", b"abcd"):
        with pytest.raises(NotAsAnnounced):
            domain.uploaded(announced(size=3), content)


def test_storing_a_file_tells_what_is_kept():
    file, [fact] = domain.store(announced(), content_type="image/webp", size=900, at=LATER)

    assert (file.state, file.version, file.content_type, file.size) == (
        "stored",
        1,
        "image/webp",
        900,
    )
    assert isinstance(fact, FileStored)
    assert fact.model_dump(by_alias=False, exclude={"event_id", "occurred_at"}) == {
        "file_id": "f1",
        "owner_id": "ada",
        "purpose": "profile-picture",
        "name": "me.png",
        "content_type": "image/webp",
        "size": 900,
        "path": "/api/media/pictures/f1",
    }


def test_storing_a_file_again_changes_nothing():
    assert domain.store(stored(), content_type="image/webp", size=1, at=NOON) == (stored(), [])


def test_a_deleted_file_is_not_stored_again():
    with pytest.raises(FileNotFound):
        domain.store(deleted(), content_type="image/webp", size=1, at=NOON)


def test_deleting_takes_the_name_away_and_is_told_once():
    file, [fact] = domain.delete(stored(), at=LATER)

    assert (file.state, file.name, file.version, file.due_at) == ("deleted", "", 2, LATER)
    assert isinstance(fact, FileDeleted)
    assert (fact.file_id, fact.owner_id) == ("f1", "ada")
    assert domain.delete(file, at=LATER) == (file, [])


def test_only_what_was_never_completed_is_abandoned():
    file, [fact] = domain.abandon(announced(), at=LATER)

    assert (file.state, fact.file_id) == ("deleted", "f1")
    assert domain.abandon(stored(), at=LATER) == (stored(), [])
    assert domain.abandon(deleted(), at=LATER) == (deleted(), [])


def test_a_file_needs_its_upload_until_it_is_stored_and_nothing_once_it_is_deleted():
    assert domain.unneeded(announced()) == ()
    assert domain.unneeded(stored()) == ("uploads/f1",)
    assert domain.unneeded(deleted()) == ("uploads/f1", "files/f1")


def test_objects_are_removed_once_more_when_nobody_can_write_them_any_more():
    at_once = domain.swept(stored(), at=LATER)
    in_the_end = domain.swept(at_once, at=LATER + UPLOAD_LASTS)

    assert at_once.due_at == LATER + UPLOAD_LASTS
    assert in_the_end.due_at is None
