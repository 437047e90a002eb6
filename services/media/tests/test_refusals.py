import pytest

from media.domain import MOST_WAITING

WANTED = {"name": "me.png", "contentType": "image/png", "purpose": "profile-picture"}


@pytest.fixture
def ada(issuer):
    return issuer.bearer("ada")


async def test_what_is_not_allowed_is_refused(http, ada):
    refusals = {
        "unknown-purpose": {"purpose": "malware"},
        "type-not-allowed": {"contentType": "image/svg+xml"},
        "file-too-large": {"size": 10 << 30},
    }
    for code, changes in refusals.items():
        wanted = {**WANTED, "size": 10, **changes}
        refused = await http.post("/media/files", json=wanted, headers=ada)
        assert refused.json()["code"] == code
        assert 400 <= refused.status_code < 500


async def test_what_is_no_announcement_is_refused(http, ada):
    bodies = [
        {},
        {**WANTED},
        {**WANTED, "size": 0},
        {**WANTED, "size": -1},
        {**WANTED, "size": 1.5},
        {**WANTED, "size": 1 << 70},
        {**WANTED, "size": {"$gt": 0}},
        {**WANTED, "size": 10, "name": ""},
        {**WANTED, "size": 10, "name": "../../etc/passwd"},
        {**WANTED, "size": 10, "name": "a\x00.png"},
        {**WANTED, "size": 10, "name": "x" * 256},
        {**WANTED, "size": 10, "name": {"$ne": ""}},
        {**WANTED, "size": 10, "key": "files/other"},
        [WANTED],
    ]
    for body in bodies:
        refused = await http.post("/media/files", json=body, headers=ada)
        assert (refused.status_code, refused.json()["code"]) == (422, "validation-failed"), body


async def test_a_body_that_is_not_json_or_too_large_is_refused(http, ada):
    headers = {**ada, "Content-Type": "application/json"}

    broken = await http.post("/media/files", content=b'{"name": ', headers=headers)
    large = await http.post("/media/files", content=b"x" * (10 << 20), headers=headers)

    assert (broken.status_code, broken.json()["code"]) == (400, "malformed-json")
    assert (large.status_code, large.json()["code"]) == (413, "body-too-large")


async def test_a_person_cannot_announce_without_end(http, issuer, ada):
    for _ in range(MOST_WAITING):
        answer = await http.post("/media/files", json={**WANTED, "size": 10}, headers=ada)
        assert answer.status_code == 201

    refused = await http.post("/media/files", json={**WANTED, "size": 10}, headers=ada)
    other = await http.post(
        "/media/files", json={**WANTED, "size": 10}, headers=issuer.bearer("bob")
    )

    assert (refused.status_code, refused.json()["code"]) == (429, "too-many-uploads")
    assert refused.headers["retry-after"] == "60"
    assert other.status_code == 201


async def test_nobody_gets_in_without_a_good_token(http, issuer):
    for token in ("", issuer.token("ada", aud="elsewhere"), issuer.token("ada", exp=1)):
        headers = {"Authorization": f"Bearer {token}"}
        for method, path in (
            ("POST", "/media/files"),
            ("POST", "/media/files/f1/complete"),
            ("GET", "/media/files/f1"),
            ("DELETE", "/media/files/f1"),
        ):
            assert (await http.request(method, path, headers=headers)).status_code == 401
