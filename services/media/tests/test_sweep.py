from datetime import timedelta

import pytest

from common import background
from common.testing import NOON, eventually
from media import domain, handlers, sweep
from media.domain import ABANDONED_AFTER, UPLOAD_LASTS
from media.objects import Objects, ObjectsAway
from media.repository import FileRepository
from media.settings import Settings
from media.sweep import Sweep

HOUR_LATER = NOON + ABANDONED_AFTER


@pytest.fixture
async def files(db):
    repository = FileRepository(db)
    await repository.prepare()
    return repository


@pytest.fixture
async def announced(files, objects):
    """A file of ada's whose bytes were uploaded."""
    file = domain.announce(
        "f1",
        "ada",
        purpose="profile-picture",
        name="me.png",
        content_type="image/png",
        size=5,
        waiting=0,
        at=NOON,
    )
    await files.save(file)
    await objects.put(file.upload_key, b"hello", "image/png")
    return file


async def store(files, objects, file):
    await objects.put(file.key, b"safe", "image/webp")
    await files.change(
        file.id, lambda each: domain.store(each, content_type="image/webp", size=4, at=NOON)
    )


async def there(objects, *keys):
    return [key for key in keys if await objects.fetch(key, at_most=9) is not None]


async def test_a_file_that_waits_is_left_alone(files, objects, announced):
    await handlers.sweep(files, objects, at=HOUR_LATER - timedelta(seconds=1))

    assert await files.get("f1") == announced
    assert await there(objects, announced.upload_key)


async def test_a_file_that_was_never_completed_is_given_up(files, objects, announced):
    await handlers.sweep(files, objects, at=HOUR_LATER)

    assert (await files.get("f1")).state == "deleted"
    assert not await there(objects, announced.upload_key)
    assert await files.waiting("ada", besides="") == 0


async def test_a_stored_file_loses_its_upload_and_keeps_its_bytes(files, objects, announced):
    await store(files, objects, announced)

    await handlers.sweep(files, objects, at=NOON)

    assert await there(objects, announced.upload_key, announced.key) == [announced.key]
    assert (await files.get("f1")).state == "stored"


async def test_what_is_uploaded_after_the_completion_goes_too(files, objects, announced):
    await store(files, objects, announced)
    await handlers.sweep(files, objects, at=NOON)
    await objects.put(announced.upload_key, b"again", "image/png")

    await handlers.sweep(files, objects, at=NOON + UPLOAD_LASTS)

    assert await there(objects, announced.upload_key, announced.key) == [announced.key]
    assert await files.due(NOON + timedelta(days=365)) == []


async def test_a_deleted_file_loses_everything(files, objects, announced):
    await store(files, objects, announced)
    await handlers.delete(files, "f1", by="ada", at=NOON)

    await handlers.sweep(files, objects, at=NOON)

    assert not await there(objects, announced.upload_key, announced.key)


async def test_a_store_that_is_away_is_tried_again(files, objects, announced, db):
    await handlers.delete(files, "f1", by="ada", at=NOON)
    away = Objects(
        Settings(
            mongo_url="-",
            amqp_url="-",
            jwks_url="-",
            s3_url="http://127.0.0.1:9",
            s3_access_key="key",
            s3_secret_key="secret",
        )
    )
    with pytest.raises(ObjectsAway):
        await handlers.sweep(files, away, at=NOON)
    assert [file.id for file in await files.due(NOON)] == ["f1"]

    await handlers.sweep(files, objects, at=NOON)

    assert not await there(objects, announced.upload_key)
    assert await files.due(NOON) == []


async def test_a_change_meanwhile_is_not_forgotten(files, objects, announced):
    swept = domain.swept(announced, at=HOUR_LATER)
    await handlers.delete(files, "f1", by="ada", at=NOON)

    await files.note_swept(swept)

    assert [file.id for file in await files.due(NOON)] == ["f1"]


async def test_the_sweep_runs_when_it_is_woken(files, objects, announced):
    sweeping = Sweep(files, objects)
    async with background.running(sweeping.run()):
        await handlers.delete(files, "f1", by="ada", at=NOON)
        sweeping.wake()

        async def upload_is_gone():
            return not await there(objects, announced.upload_key)

        await eventually(upload_is_gone)


async def test_the_sweep_runs_by_itself_and_outlives_an_absent_store(
    files, objects, announced, monkeypatch
):
    monkeypatch.setattr(sweep, "EVERY", 0.05)
    removed = []

    class Flaky:
        async def remove(self, keys):
            removed.append(keys)
            if len(removed) < 3:
                raise ObjectsAway("Not now.")

    async with background.running(Sweep(files, Flaky()).run()):

        async def tried_again():
            return len(removed) >= 3

        await eventually(tried_again)
