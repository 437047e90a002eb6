import asyncio
from datetime import timedelta

import aio_pika
import httpx
import pytest

from common.clock import utc_now
from common.events import FileDeleted, FileStored
from common.testing import eventually, serving
from common.topology import EVENTS
from media.app import create_app

WANTED = {"name": "me.png", "contentType": "image/png", "purpose": "profile-picture"}


@pytest.fixture
def ada(issuer):
    return issuer.bearer("ada")


@pytest.fixture
def upload(http, browser, ada):
    """Announces bytes as ada and uploads them; returns the file's id."""

    async def send(content, announced="image/png", name="me.png"):
        wanted = {**WANTED, "contentType": announced, "size": len(content), "name": name}
        told = (await http.post("/media/files", json=wanted, headers=ada)).json()
        address = told["upload"]
        sent = await browser.request(
            address["method"], address["url"], headers=address["headers"], content=content
        )
        assert sent.is_success, sent.text
        return told["fileId"]

    return send


@pytest.fixture
def keep(http, upload, ada, picture):
    """Uploads a good picture as ada and completes it; returns the file's id."""

    async def send(**more):
        file_id = await upload(picture("PNG", (600, 300)), **more)
        answer = await http.post(f"/media/files/{file_id}/complete", headers=ada)
        assert answer.status_code == 200, answer.text
        return file_id

    return send


async def test_a_picture_is_uploaded_checked_and_seen_by_anybody(
    http, browser, upload, ada, picture
):
    file_id = await upload(picture("PNG", (600, 300)))

    completed = await http.post(f"/media/files/{file_id}/complete", headers=ada)
    redirect = await http.get(f"/media/pictures/{file_id}")
    seen = await browser.get(redirect.headers["location"])

    assert completed.status_code == 200
    assert completed.json() == {
        "fileId": file_id,
        "name": "me.png",
        "contentType": "image/webp",
        "size": len(seen.content),
        "purpose": "profile-picture",
        "path": f"/api/media/pictures/{file_id}",
    }
    assert redirect.status_code == 302
    assert redirect.headers["cache-control"] == "private, max-age=240"
    assert redirect.headers["x-content-type-options"] == "nosniff"
    assert seen.headers["content-type"].startswith("image/webp")
    assert seen.content[8:12] == b"WEBP"


async def test_the_answer_says_how_and_how_long_to_upload(http, ada):
    before = utc_now()
    answer = await http.post("/media/files", json={**WANTED, "size": 10}, headers=ada)

    told = answer.json()
    assert answer.status_code == 201
    assert (told["upload"]["method"], told["upload"]["headers"]) == (
        "PUT",
        {"Content-Type": "image/png"},
    )
    url = httpx.URL(told["upload"]["url"])
    assert told["fileId"] in url.path
    assert "me.png" not in str(url)
    assert url.params["X-Amz-Expires"] == "600"
    assert told["expiresAt"] > (before + timedelta(minutes=9)).isoformat()


async def test_a_stored_file_and_a_deleted_one_are_told_on_the_bus(http, keep, ada, amqp_url):
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue(exclusive=True)
        for fact in (FileStored, FileDeleted):
            await queue.bind(EVENTS, fact.type)

        file_id = await keep()
        stored = FileStored.parse((await eventually(lambda: queue.get(fail=False))).body)
        await http.delete(f"/media/files/{file_id}", headers=ada)
        deleted = FileDeleted.parse((await eventually(lambda: queue.get(fail=False))).body)

    assert (stored.file_id, stored.owner_id) == (file_id, "ada")
    assert (stored.purpose, stored.content_type) == ("profile-picture", "image/webp")
    assert stored.path == f"/api/media/pictures/{file_id}"
    assert (deleted.file_id, deleted.owner_id) == (file_id, "ada")


async def test_completing_again_gives_the_same_answer(http, upload, ada, picture):
    file_id = await upload(picture())
    path = f"/media/files/{file_id}/complete"

    first, second = await asyncio.gather(http.post(path, headers=ada), http.post(path, headers=ada))
    third = await http.post(path, headers=ada)

    assert first.status_code == second.status_code == third.status_code == 200
    assert first.json() == second.json() == third.json()


async def test_nothing_uploaded_is_nothing_to_complete(http, ada):
    told = (await http.post("/media/files", json={**WANTED, "size": 10}, headers=ada)).json()

    refused = await http.post(f"/media/files/{told['fileId']}/complete", headers=ada)

    assert (refused.status_code, refused.json()["code"]) == (409, "nothing-uploaded")


async def test_bytes_that_are_not_what_was_announced_are_refused(http, upload, ada, picture):
    page = b"<html><script>alert(1)</script>"

    for content, announced in ((page, "image/png"), (picture("JPEG"), "image/png")):
        file_id = await upload(content, announced)
        refused = await http.post(f"/media/files/{file_id}/complete", headers=ada)

        assert (refused.status_code, refused.json()["code"]) == (422, "not-as-announced")
        assert (await http.get(f"/media/pictures/{file_id}")).status_code == 404


async def test_after_a_refusal_the_right_bytes_can_still_come(http, browser, ada, picture):
    good = picture()
    told = (await http.post("/media/files", json={**WANTED, "size": len(good)}, headers=ada)).json()
    address, path = told["upload"], f"/media/files/{told['fileId']}/complete"
    await browser.put(address["url"], headers=address["headers"], content=b"x" * len(good))
    assert (await http.post(path, headers=ada)).status_code == 422

    await browser.put(address["url"], headers=address["headers"], content=good)

    assert (await http.post(path, headers=ada)).status_code == 200


async def test_a_new_upload_does_not_change_what_was_checked(http, browser, ada, picture):
    good = picture()
    told = (await http.post("/media/files", json={**WANTED, "size": len(good)}, headers=ada)).json()
    address, file_id = told["upload"], told["fileId"]
    await browser.put(address["url"], headers=address["headers"], content=good)
    await http.post(f"/media/files/{file_id}/complete", headers=ada)
    before = await browser.get((await http.get(f"/media/pictures/{file_id}")).headers["location"])

    await browser.put(address["url"], headers=address["headers"], content=b"x" * len(good))
    await http.post(f"/media/files/{file_id}/complete", headers=ada)

    after = await browser.get((await http.get(f"/media/pictures/{file_id}")).headers["location"])
    assert after.content == before.content


async def test_an_owner_downloads_a_file_under_its_name(http, browser, keep, ada):
    file_id = await keep(name='Ada "L" ü.png')

    redirect = await http.get(f"/media/files/{file_id}", headers=ada)
    file = await browser.get(redirect.headers["location"])

    assert redirect.status_code == 302
    assert redirect.headers["cache-control"] == "no-store"
    assert file.headers["content-disposition"] == (
        "attachment; filename*=UTF-8''Ada%20%22L%22%20%C3%BC.webp"
    )


async def test_somebody_elses_file_is_not_there(http, keep, upload, issuer, picture):
    eve = issuer.bearer("eve")
    kept, waiting = await keep(), await upload(picture())

    answers = [
        await http.get(f"/media/files/{kept}", headers=eve),
        await http.delete(f"/media/files/{kept}", headers=eve),
        await http.post(f"/media/files/{waiting}/complete", headers=eve),
        await http.get("/media/files/never-made", headers=eve),
        await http.get("/media/pictures/never-made"),
        await http.get(f"/media/pictures/{waiting}"),
    ]

    assert {(each.status_code, each.json()["code"]) for each in answers} == {
        (404, "file-not-found")
    }
    assert (await http.get(f"/media/pictures/{kept}")).status_code == 302


async def test_a_deleted_file_is_gone_with_its_bytes(http, browser, keep, ada):
    file_id = await keep()
    address = (await http.get(f"/media/pictures/{file_id}")).headers["location"]
    assert (await browser.get(address)).is_success

    answer = await http.delete(f"/media/files/{file_id}", headers=ada)

    assert answer.status_code == 204
    assert (await http.get(f"/media/pictures/{file_id}")).status_code == 404
    assert (await http.delete(f"/media/files/{file_id}", headers=ada)).status_code == 404

    async def bytes_are_gone():
        return (await browser.get(address)).status_code == 404

    await eventually(bytes_are_gone)


async def test_announcing_again_with_the_same_key_gives_the_same_file(http, ada):
    headers = {**ada, "Idempotency-Key": "k1"}
    first = await http.post("/media/files", json={**WANTED, "size": 10}, headers=headers)
    second = await http.post("/media/files", json={**WANTED, "size": 10}, headers=headers)

    assert first.json() == second.json()


async def test_without_its_object_store_it_says_so_and_lives_on(settings, issuer, ada):
    alone = settings.model_copy(update={"s3_url": "http://127.0.0.1:9"})
    async with serving(create_app(alone)) as http:
        ready = await http.get("/readyz")
        told = (await http.post("/media/files", json={**WANTED, "size": 10}, headers=ada)).json()
        refused = await http.post(f"/media/files/{told['fileId']}/complete", headers=ada)

    assert (ready.status_code, ready.json()["status"]) == (200, "degraded")
    assert ready.json()["checks"]["s3"] is False
    assert (refused.status_code, refused.json()["code"]) == (503, "objects-away")
    assert refused.headers["retry-after"]


async def test_a_file_is_announced_once_though_the_first_answer_was_lost(http, ada, db):
    headers = {**ada, "Idempotency-Key": "k1"}
    wanted = {**WANTED, "size": 10}
    first = await http.post("/media/files", json=wanted, headers=headers)
    # The process died before it kept the answer, longer than a minute ago.
    await db["idempotency"].update_one(
        {},
        [
            {"$unset": ["status", "answer", "type"]},
            {"$set": {"at": {"$subtract": ["$at", 61_000]}}},
        ],
    )

    again = await http.post("/media/files", json=wanted, headers=headers)

    assert again.status_code == 201
    assert again.json()["fileId"] == first.json()["fileId"]
    assert await db["files"].count_documents({}) == 1
