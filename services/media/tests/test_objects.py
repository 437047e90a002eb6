from datetime import timedelta

import httpx
import pytest
from botocore.exceptions import EndpointConnectionError

from media import objects as objects_module
from media.objects import Objects, ObjectsAway
from media.settings import Settings

MINUTE = timedelta(minutes=1)


def elsewhere(**changes):
    wanted = {
        "mongo_url": "-",
        "amqp_url": "-",
        "jwks_url": "-",
        "s3_url": "http://127.0.0.1:9",  # nobody listens there
        "s3_access_key": "key",
        "s3_secret_key": "secret",
    }
    return Objects(Settings(**{**wanted, **changes}))


def upload(objects, *, size=5, lasts=MINUTE):
    return objects.upload_address("k", content_type="image/png", size=size, lasts=lasts)


async def test_what_was_put_is_fetched_until_it_is_removed(objects):
    await objects.put("k", b"hello", "text/plain")
    assert await objects.fetch("k", at_most=5) == b"hello"

    await objects.remove(["k", "never-there"])
    await objects.remove(["k"])

    assert await objects.fetch("k", at_most=5) is None


async def test_no_more_is_fetched_than_needed_to_see_that_it_is_too_much(objects):
    await objects.put("k", b"x" * 1000, "text/plain")

    assert await objects.fetch("k", at_most=10) == b"x" * 11


async def test_making_the_bucket_again_keeps_what_is_in_it(objects):
    await objects.put("k", b"hello", "text/plain")

    await objects.prepare()

    assert await objects.fetch("k", at_most=5) == b"hello"
    assert await objects.answer()


async def test_exactly_the_announced_upload_is_taken(objects, browser):
    good = {"Content-Type": "image/png"}

    for content, headers in (
        (b"much more", good),
        (b"less", good),
        (b"hello", {"Content-Type": "text/html"}),
        (b"hello", {}),
    ):
        refused = await browser.put(upload(objects), content=content, headers=headers)
        assert refused.status_code == 403, (content, headers)
    assert await objects.fetch("k", at_most=99) is None
    assert (await browser.put(upload(objects), content=b"hello", headers=good)).is_success
    assert await objects.fetch("k", at_most=99) == b"hello"


async def test_an_address_is_good_for_one_object_and_one_operation(objects, browser):
    await objects.put("k", b"hello", "text/plain")
    await objects.put("other", b"secret", "text/plain")
    address = httpx.URL(
        objects.download_address("k", content_type="image/webp", disposition="inline", lasts=MINUTE)
    )

    answer = await browser.get(address)

    assert answer.content == b"hello"
    assert answer.headers["content-type"].startswith("image/webp")
    assert answer.headers["content-disposition"] == "inline"
    assert (await browser.delete(address)).status_code == 403
    other = address.copy_with(path=address.path.replace("/k", "/other"))
    assert (await browser.get(other)).status_code == 403
    plain = str(address).partition("?")[0]
    assert (await browser.get(plain)).is_client_error


async def test_an_address_ends(objects, browser):
    await objects.put("k", b"hello", "text/plain")

    address = objects.download_address(
        "k", content_type="text/plain", disposition="inline", lasts=timedelta(0)
    )

    assert (await browser.get(address)).status_code == 403


async def test_browsers_are_sent_to_the_public_address():
    objects = elsewhere(s3_public_url="https://files.example.test")

    assert upload(objects).startswith("https://files.example.test/convo/k?")


async def test_a_store_that_is_away_is_told_as_such():
    objects = elsewhere()

    assert not await objects.answer()
    with pytest.raises(ObjectsAway):
        await objects.fetch("k", at_most=1)
    with pytest.raises(ObjectsAway):
        await objects.put("k", b"", "text/plain")


async def test_a_wrong_key_pair_and_a_missing_bucket_are_no_empty_answer(s3):
    wrong = elsewhere(**{**s3, "s3_secret_key": "wrong"})
    empty = elsewhere(**s3, s3_bucket="never-made")

    assert not await wrong.answer()
    assert not await empty.answer()
    for objects in (wrong, empty):
        with pytest.raises(ObjectsAway):
            await objects.fetch("k", at_most=1)
        with pytest.raises(ObjectsAway):
            await objects.put("k", b"", "text/plain")


async def test_the_bucket_is_made_as_soon_as_the_store_answers(s3, monkeypatch):
    monkeypatch.setattr(objects_module, "TRY_AGAIN", 0.01)
    late = elsewhere(**s3, s3_bucket="made-late")
    real, tries = late._client, []

    class Absent:
        def head_bucket(self, **_):
            tries.append("head")
            if len(tries) == 2:
                late._client = real
            raise EndpointConnectionError(endpoint_url="http://127.0.0.1:9")

    late._client = Absent()

    await late.prepare()

    assert len(tries) == 2
    assert await late.answer()
