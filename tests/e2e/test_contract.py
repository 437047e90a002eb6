"""The public contract, at the gateway of the running platform."""

import secrets

import httpx
import pytest

from common.testing import eventually

REGISTER = ["/api/auth/register", "/api/auth/signup", "/auth/register"]
LOGIN = ["/api/auth/login", "/auth/login"]
PROFILE = ["/api/user/profile", "/api/auth/profile", "/user/profile"]
CREATE = ["/api/rooms", "/api/meetings", "/api/meetings/create", "/meetings"]
SEE = ["/api/rooms/{}", "/api/meetings/{}", "/meetings/{}"]
JOIN = ["/api/rooms/{}/join", "/api/rooms/join/{}"]
LEAVE = ["/api/rooms/{}/leave", "/api/rooms/leave/{}"]
LIST = ["/api/rooms", "/api/rooms/list"]
SEND = ["/api/chat/message", "/api/messages/send", "/chat/message"]
HISTORY = ["/api/chat/messages/{}", "/api/messages/{}", "/chat/messages/{}"]


class Account:
    """Somebody who uses the REST API."""

    def __init__(self, api: httpx.AsyncClient) -> None:
        name = f"u{secrets.token_hex(5)}"
        self.api = api
        self.login = {"username": name, "password": f"correct horse {name}"}
        self.body = {**self.login, "email": f"{name}@example.org"}
        self.headers: dict[str, str] = {}

    async def registers(self) -> "Account":
        self.user_id = (await self.api.post("/api/auth/register", json=self.body)).json()["userId"]
        token = (await self.api.post("/api/auth/login", json=self.login)).json()["token"]
        self.headers = {"Authorization": f"Bearer {token}"}
        return self

    async def calls(self, method: str, path: str, body: object = None) -> httpx.Response:
        return await self.api.request(method, path, json=body, headers=self.headers)


@pytest.fixture
async def ada(api: httpx.AsyncClient) -> Account:
    return await Account(api).registers()


@pytest.fixture
async def bob(api: httpx.AsyncClient) -> Account:
    return await Account(api).registers()


@pytest.fixture
async def room(ada: Account) -> str:
    return (await ada.calls("POST", "/api/rooms", {"roomName": "Tea"})).json()["roomId"]


@pytest.mark.parametrize("path", REGISTER)
async def test_registering(api: httpx.AsyncClient, path: str) -> None:
    account = Account(api)

    made = await api.post(path, json=account.body)
    again = await api.post(path, json=account.body)

    assert made.status_code == 201
    assert made.json()["message"] == "User registered successfully"
    assert (again.status_code, again.json()["message"]) == (409, "User already exists")


@pytest.mark.parametrize("path", LOGIN)
async def test_logging_in_by_name_or_email(ada: Account, path: str) -> None:
    password = ada.login["password"]

    by_name = await ada.api.post(path, json=ada.login)
    by_email = await ada.api.post(path, json={"email": ada.body["email"], "password": password})
    wrong = await ada.api.post(path, json={**ada.login, "password": "not this"})

    assert by_name.json()["token"]
    assert by_email.json()["user"]["userId"] == ada.user_id
    assert (wrong.status_code, wrong.json()["message"]) == (401, "Invalid credentials")


@pytest.mark.parametrize("path", PROFILE)
async def test_ones_own_profile(ada: Account, path: str) -> None:
    profile = (await ada.calls("GET", path)).json()
    stranger = await ada.api.get(path)

    assert (profile["userId"], profile["email"]) == (ada.user_id, ada.body["email"])
    assert (stranger.status_code, stranger.json()["message"]) == (401, "Authentication required")


@pytest.mark.parametrize("path", CREATE)
async def test_opening_a_room(ada: Account, bob: Account, path: str) -> None:
    answer = await ada.calls("POST", path, {"roomName": "Tea", "participants": [bob.user_id]})
    nameless = await ada.calls("POST", path, {"participants": []})

    room = answer.json()
    assert (answer.status_code, room["roomName"], room["host"]) == (201, "Tea", ada.user_id)
    assert bob.user_id in room["participants"]
    assert (nameless.status_code, bool(nameless.json()["message"])) == (422, True)


@pytest.mark.parametrize("path", SEE)
async def test_seeing_a_room(ada: Account, room: str, path: str) -> None:
    seen = (await ada.calls("GET", path.format(room))).json()
    missing = await ada.calls("GET", path.format("no-such-room"))

    assert (seen["roomId"], seen["status"], seen["present"]) == (room, "active", [])
    assert (missing.status_code, missing.json()["message"]) == (404, "Meeting not found")


@pytest.mark.parametrize(("join", "leave"), [*zip(JOIN, LEAVE, strict=True)])
async def test_joining_and_leaving(bob: Account, room: str, join: str, leave: str) -> None:
    joined = await bob.calls("POST", join.format(room), {"displayName": "Bobby"})
    left = await bob.calls("POST", leave.format(room))

    assert joined.json()["participant"]["displayName"] == "Bobby"
    assert left.status_code == 204


@pytest.mark.parametrize("path", LIST)
async def test_listing_rooms(ada: Account, room: str, path: str) -> None:
    listed = await ada.calls("GET", f"{path}?mine=true&status=active")

    assert [each["roomId"] for each in listed.json()] == [room]


@pytest.mark.parametrize(("send", "history"), [*zip(SEND, HISTORY, strict=True)])
async def test_saying_something_and_reading_it(
    ada: Account, bob: Account, room: str, send: str, history: str
) -> None:
    empty = await ada.calls("GET", history.format(room))
    sent = await ada.calls("POST", send, {"roomId": room, "message": "Hello everyone!"})
    read = (await ada.calls("GET", history.format(room))).json()
    stranger = await bob.calls("GET", history.format(room))

    assert (empty.status_code, empty.json()) == (200, [])
    assert (sent.status_code, sent.json()["message"]) == (201, "Message sent successfully")
    assert [(each["sender"], each["message"], each["seq"]) for each in read] == [
        (ada.user_id, "Hello everyone!", 1)
    ]
    assert read[0]["timestamp"].endswith("Z")
    assert stranger.status_code == 404


async def test_notifications_are_sent_listed_and_read(
    ada: Account, bob: Account, room: str
) -> None:
    body = {"userIds": [bob.user_id], "type": "reminder", "message": "Soon", "relatedRoomId": room}

    sent = await ada.calls("POST", "/api/notifications/send", body)
    refused = await bob.calls("POST", "/api/notifications/send", body)
    [news] = (await bob.calls("GET", "/api/notifications?status=unread")).json()
    await bob.calls("PATCH", f"/api/notifications/{news['id']}", {"status": "read"})

    assert sent.status_code == 201
    assert refused.status_code in {403, 404}
    assert (news["type"], news["message"], news["relatedRoomId"]) == ("reminder", "Soon", room)
    assert (await bob.calls("GET", "/api/notifications?status=unread")).json() == []
    other = await ada.calls("PATCH", f"/api/notifications/{news['id']}", {"status": "read"})
    assert other.status_code == 404


async def test_after_logging_out_the_token_is_dead(ada: Account) -> None:
    assert (await ada.calls("POST", "/api/auth/logout")).status_code == 204

    async def dead() -> bool:
        return (await ada.calls("GET", "/api/user/profile")).status_code == 401

    await eventually(dead, within=1.0)


async def test_the_whole_contract_is_told(api: httpx.AsyncClient) -> None:
    told = (await api.get("/api/openapi.json")).json()
    frames = (await api.get("/api/asyncapi.json")).json()
    page = await api.get("/api/docs")

    for path in (
        "/api/auth/register",
        "/api/rooms/{room_id}",
        "/api/chat/message",
        "/api/media/files",
    ):
        assert path in told["paths"], path
    assert "chatMessage" in str(frames)
    assert page.status_code == 200


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{not json", 400),
        (b"[]", 422),
        (b'{"roomName": {"$ne": null}}', 422),
        (b'{"roomName": "' + b"x" * (10 << 20) + b'"}', 413),
        (b"[" * 100_000, 400),
    ],
)
async def test_bad_bodies_get_their_problem_and_nothing_is_stored(
    ada: Account, body: bytes, status: int
) -> None:
    headers = ada.headers | {"content-type": "application/json"}

    answer = await ada.api.post("/api/rooms", content=body, headers=headers)

    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["message"]
    assert (await ada.calls("GET", "/api/rooms?mine=true")).json() == []


@pytest.mark.parametrize("token", ["nonsense", "eyJhbGciOiJub25lIn0.e30.", "a.b.c"])
async def test_a_forged_token_is_refused(api: httpx.AsyncClient, token: str) -> None:
    answer = await api.get("/api/user/profile", headers={"Authorization": f"Bearer {token}"})

    assert answer.status_code == 401
    assert answer.json()["code"]
