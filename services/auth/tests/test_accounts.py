import json

import pytest

from auth.handlers import accounts
from auth.repository import UserRepository
from common.testing import NOON

PASSWORD = "correct horse battery"


async def test_an_account_is_made(browser):
    answer = await browser.signs_up("Ada@Example.org", username="Ada", fullName=" Ada L. ")

    assert answer.status_code == 201
    body = answer.json()
    assert body["message"] == "User registered successfully"
    assert body["user"]["userId"] == body["userId"]
    assert body["user"].keys() == {
        "userId", "username", "email", "fullName", "profilePicture", "contact", "roles",
        "status", "lastLogin", "createdAt", "updatedAt",
    }  # fmt: skip
    assert body["user"]["email"] == "Ada@Example.org"
    assert body["user"]["fullName"] == "Ada L."
    assert body["user"]["roles"] == ["user"]


@pytest.mark.parametrize(
    "twin",
    [
        {"email": "ADA@example.ORG", "username": "other"},
        {"email": "other@example.org", "username": "ADA"},
        {"email": "ada@example.org"},
    ],
)
async def test_an_account_is_made_once(ada, twin):
    answer = await ada.http.post("/auth/register", json={"password": PASSWORD, **twin})

    assert answer.status_code == 409
    assert answer.json()["message"] == "User already exists"
    assert answer.json()["code"] == "user-already-exists"


async def test_who_gives_no_username_gets_one_of_their_own(browser):
    names = set()
    for number in range(3):
        answer = await browser.signs_up(f"a{number}@example.org", fullName="Ada Lovelace")
        names.add(answer.json()["user"]["username"])

    assert len(names) == 3
    assert "ada.lovelace" in names
    assert all(name.startswith("ada.lovelace") for name in names)


async def test_nobody_is_left_without_a_name_when_all_are_taken(browser, monkeypatch):
    monkeypatch.setattr("auth.handlers.accounts.usernames", lambda *_: iter(["ada", "ada"]))
    await browser.signs_up("a@example.org")

    assert (await browser.signs_up("b@example.org")).status_code == 409


@pytest.mark.parametrize(
    "body",
    [
        {"email": "nobody"},
        {"email": {"$ne": None}},
        {"email": ["a@example.org"]},
        {"email": "a@example.org", "password": {"$gt": ""}},
        {"email": "a@example.org", "password": "short"},
        {"email": "a@example.org", "password": "password123"},
        {"email": "a@example.org", "password": "A@example.org"},
        {"email": "a@example.org", "password": "x" * 2000},
        {"email": "long.name@example.org", "password": "Long.Name"},
        {"email": "a@example.org", "username": "a@b.org"},
        {"email": "a@example.org", "username": "$where"},
        {"email": "a@example.org", "fullName": "Ada\x00"},
        {"email": "a@example.org", "fullName": "\u202eada"},
        {"email": "a@example.org", "fullName": ""},
        {"email": "a@example.org", "roles": ["admin"]},
        {"email": "a@example.org", "username": "\ud800"},
    ],
)
async def test_a_bad_registration_is_refused(http, db, body):
    content = json.dumps({"password": PASSWORD, **body})

    answer = await http.post(
        "/auth/register", content=content, headers={"Content-Type": "application/json"}
    )

    assert answer.status_code == 422
    assert answer.json()["message"]
    assert await db["users"].count_documents({}) == 0


async def test_hostile_bodies_are_refused(http):
    plain = {"Content-Type": "application/json"}

    assert (await http.post("/auth/login", content=b"{", headers=plain)).status_code == 400
    assert (await http.post("/auth/login", content=b"[]", headers=plain)).status_code == 422
    big = b'{"username": "' + b"a" * (10 << 20) + b'"}'
    assert (await http.post("/auth/login", content=big, headers=plain)).status_code == 413


async def test_a_profile_is_seen_by_its_owner_alone(ada, bob, issuer):
    seen = await ada.http.get("/user/profile", headers=ada.bearer)

    assert seen.json()["email"] == "ada@example.org"
    assert seen.json()["lastLogin"] is not None
    assert (await ada.http.get("/user/profile")).status_code == 401
    assert (await ada.http.get("/user/profile")).json()["message"] == "Authentication required"
    forged = await ada.http.get("/user/profile", headers=issuer.bearer("ada"))
    assert forged.status_code == 401


async def test_a_profile_is_changed(ada):
    changed = await ada.http.patch(
        "/user/profile",
        json={"fullName": "Ada King", "username": "Countess", "contact": "+44 1"},
        headers=ada.bearer,
    )

    assert changed.status_code == 200
    assert changed.json()["fullName"] == "Ada King"
    assert changed.json()["contact"] == "+44 1"
    assert (await ada.logs_in("countess")).status_code == 200
    kept = await ada.http.patch("/user/profile", json={"contact": " "}, headers=ada.bearer)
    assert kept.json()["contact"] is None
    assert kept.json()["fullName"] == "Ada King"
    gone = await ada.http.patch("/user/profile", json={"fullName": None}, headers=ada.bearer)
    assert gone.json()["fullName"] is None


async def test_a_username_can_be_respelled_but_not_taken(ada, bob):
    respelled = await ada.http.patch("/user/profile", json={"username": "ADA"}, headers=ada.bearer)
    taken = await bob.http.patch("/user/profile", json={"username": "Ada"}, headers=bob.bearer)

    assert respelled.json()["username"] == "ADA"
    assert taken.status_code == 409
    assert taken.json()["code"] == "username-taken"


@pytest.mark.parametrize(
    "body",
    [
        {"email": "x@example.org"},
        {"roles": ["admin"]},
        {"profilePicture": "https://evil.example/x.png"},
        {"contact": "x" * 201},
        {"username": "a b"},
    ],
)
async def test_what_nobody_may_change_is_refused(ada, body):
    answer = await ada.http.patch("/user/profile", json=body, headers=ada.bearer)

    assert answer.status_code == 422


async def test_people_are_shown_without_their_addresses(ada, bob):
    me = (await ada.http.get("/user/profile", headers=ada.bearer)).json()["userId"]
    him = (await bob.http.get("/user/profile", headers=bob.bearer)).json()["userId"]

    found = await bob.http.get(f"/users?ids={him},{me},{me},nobody", headers=bob.bearer)

    assert [each["userId"] for each in found.json()] == [him, me]
    assert found.json()[1] == {
        "userId": me,
        "username": "ada",
        "fullName": "Ada Lovelace",
        "profilePicture": None,
        "status": "offline",
    }


@pytest.mark.parametrize("query", ["ADA", "ada@example.org", " Ada@Example.org "])
async def test_a_person_is_found_by_exactly_their_name_or_address(ada, query):
    found = await ada.http.get("/users", params={"query": query}, headers=ada.bearer)

    assert [each["username"] for each in found.json()] == ["ada"]
    assert "example" not in found.text


@pytest.mark.parametrize("query", ["ad", "", "a.a", ".*", "@example.org", "ada@example"])
async def test_a_part_of_a_name_finds_nobody(ada, query):
    found = await ada.http.get("/users", params={"query": query}, headers=ada.bearer)

    assert found.json() == []


async def test_people_are_shown_to_people_only(ada):
    many = ",".join(f"u{number}" for number in range(201))

    assert (await ada.http.get("/users?query=ada")).status_code == 401
    assert (await ada.http.get("/users", headers=ada.bearer)).status_code == 422
    both = await ada.http.get("/users?query=ada&ids=a", headers=ada.bearer)
    assert both.status_code == 422
    assert (await ada.http.get(f"/users?ids={many}", headers=ada.bearer)).status_code == 422
    assert (await ada.http.get("/users?ids=", headers=ada.bearer)).json() == []


async def test_two_at_once_cannot_have_one_name(db):
    users = UserRepository(db)
    await users.prepare()
    ada, event = accounts.domain.register(
        "u1", username="ada", email="a@x.org", full_name=None, password_hash="h", at=NOON
    )
    await users.save(ada, *event)
    twin, event = accounts.domain.register(
        "u2", username="other", email="A@x.org", full_name=None, password_hash="h", at=NOON
    )

    with pytest.raises(accounts.UserExists):
        await users.save(twin, *event)
