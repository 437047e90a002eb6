import base64
from datetime import UTC, datetime, timedelta

import aio_pika
import httpx
import pytest

from common.events import RoomOpened
from common.mongo import Database
from common.testing import Issuer, eventually
from common.topology import EVENTS


@pytest.fixture
def people(http: httpx.AsyncClient, issuer: Issuer):
    """`await people("ada", "POST", "/rooms", json={…})`: somebody calls rooms."""

    async def call(who: str, method: str, path: str, **options) -> httpx.Response:
        return await http.request(method, path, headers=issuer.bearer(who), **options)

    return call


async def test_a_room_is_opened_seen_and_listed(people) -> None:
    made = await people(
        "ada", "POST", "/rooms", json={"roomName": " Tea ", "participants": ["bob"]}
    )
    room = made.json()

    assert made.status_code == 201
    assert (room["roomName"], room["host"], room["participants"]) == ("Tea", "ada", ["bob", "ada"])
    assert (room["invited"], room["present"], room["role"]) == (["bob"], [], "host")
    assert (await people("bob", "GET", f"/rooms/{room['roomId']}")).json()["role"] is None
    listed = (await people("bob", "GET", "/rooms?mine=true&status=active")).json()
    assert [each["roomId"] for each in listed] == [room["roomId"]]


async def test_opening_a_room_is_told_on_the_bus(people, amqp_url: str) -> None:
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue(exclusive=True)
        await queue.bind(EVENTS, RoomOpened.type)

        answer = await people("ada", "POST", "/rooms", json={"roomName": "Tea"})
        message = await eventually(lambda: queue.get(fail=False))

    told = RoomOpened.parse(message.body)
    assert (told.room_id, told.host_id) == (answer.json()["roomId"], "ada")
    assert message.headers["x-seq"] == 1
    assert message.headers["CC"] == [f"room.{told.room_id}"]


async def test_a_room_says_which_event_it_contains_last(people) -> None:
    room = (
        await people("ada", "POST", "/rooms", json={"roomName": "Tea", "participants": ["bob"]})
    ).json()

    joined = await people("cyd", "POST", f"/rooms/{room['roomId']}/join")

    assert room["seq"] == 2  # opened, and people invited
    assert joined.json()["room"]["seq"] == 3


async def test_a_private_room_of_others_does_not_exist(people) -> None:
    room = (
        await people("ada", "POST", "/rooms", json={"roomName": "Tea", "isPrivate": True})
    ).json()
    path = f"/rooms/{room['roomId']}"

    answers = [
        await people("eve", "GET", path),
        await people("eve", "PATCH", path, json={"roomName": "Mine"}),
        await people("eve", "DELETE", path),
        await people("eve", "POST", f"{path}/join"),
        await people("eve", "POST", f"{path}/leave"),
        await people("eve", "POST", f"{path}/close"),
        await people("eve", "POST", f"{path}/invitations", json={"userIds": ["eve"]}),
        await people("eve", "GET", f"{path}/access/ada"),
        await people("eve", "GET", f"{path}/access/eve"),
        await people("ada", "GET", "/rooms/none-such-room"),
    ]

    assert {each.status_code for each in answers} == {404}
    assert {each.json()["message"] for each in answers} == {"Meeting not found"}
    assert (await people("eve", "GET", "/rooms")).json() == []


async def test_a_room_with_a_password_admits_who_knows_it(people) -> None:
    wanted = {"roomName": "Tea", "roomPassword": "earl grey", "isPrivate": True}
    room = (await people("ada", "POST", "/rooms", json=wanted)).json()
    path = f"/rooms/{room['roomId']}"

    outside = (await people("bob", "GET", path)).json()
    asked = await people("bob", "POST", f"{path}/join")
    wrong = await people("bob", "POST", f"{path}/join", json={"roomPassword": "green"})
    right = await people("bob", "POST", f"{path}/join", json={"roomPassword": "earl grey"})

    assert (outside["hasPassword"], outside["members"], outside["host"]) == (True, [], "")
    assert (asked.status_code, asked.json()["code"]) == (403, "room-password-required")
    assert (wrong.status_code, wrong.json()["code"]) == (403, "wrong-room-password")
    assert right.json()["participant"]["role"] == "participant"
    assert "earl" not in (await people("bob", "GET", path)).text


async def test_guessing_a_password_gets_slow(people) -> None:
    wanted = {"roomName": "Tea", "roomPassword": "0007"}
    room = (await people("ada", "POST", "/rooms", json=wanted)).json()
    path = f"/rooms/{room['roomId']}/join"

    answers = [
        await people("eve", "POST", path, json={"roomPassword": f"{n:04}"}) for n in range(1, 9)
    ]

    assert [each.status_code for each in answers] == [403] * 5 + [429] * 3
    assert answers[-1].json()["code"] == "too-many-tries"
    assert answers[-1].headers["retry-after"]
    joined = await people("bob", "POST", path, json={"roomPassword": "0007"})
    assert joined.status_code == 200


async def test_the_password_is_kept_only_as_a_hash(people, db: Database) -> None:
    await people("ada", "POST", "/rooms", json={"roomName": "Tea", "roomPassword": "earl grey"})

    document = await db["rooms"].find_one({})

    assert document["password_hash"].startswith("$argon2id$")
    assert "earl grey" not in str(document)


async def test_a_null_password_is_taken_away_and_a_missing_one_stays(people) -> None:
    wanted = {"roomName": "Tea", "roomPassword": "earl grey"}
    path = f"/rooms/{(await people('ada', 'POST', '/rooms', json=wanted)).json()['roomId']}"

    kept = (await people("ada", "PATCH", path, json={"roomName": "Coffee"})).json()
    taken = (await people("ada", "PATCH", path, json={"roomPassword": None})).json()

    assert (kept["hasPassword"], kept["roomName"]) == (True, "Coffee")
    assert taken["hasPassword"] is False


async def test_the_host_closes_and_deletes_and_others_may_not(people) -> None:
    room = (await people("ada", "POST", "/rooms", json={"roomName": "Tea"})).json()
    path = f"/rooms/{room['roomId']}"
    await people("bob", "POST", f"{path}/join")

    assert (await people("bob", "POST", f"{path}/close")).json()["code"] == "not-the-host"
    assert (await people("ada", "POST", f"{path}/leave")).json()["code"] == "host-cannot-leave"
    assert (await people("bob", "POST", f"{path}/leave")).status_code == 204
    assert (await people("ada", "POST", f"{path}/close")).status_code == 204
    assert (await people("ada", "GET", path)).json()["status"] == "finished"
    assert (await people("bob", "POST", f"{path}/join")).json()["code"] == "room-closed"
    assert (await people("ada", "DELETE", path)).status_code == 204
    assert (await people("ada", "GET", path)).status_code == 404


async def test_access_is_told_only_about_the_one_who_asks(people) -> None:
    room_id = (await people("ada", "POST", "/rooms", json={"roomName": "Tea"})).json()["roomId"]
    await people("bob", "POST", f"/rooms/{room_id}/join", json={"displayName": "Bobby"})

    own = (await people("bob", "GET", f"/rooms/{room_id}/access/bob")).json()

    assert (own["displayName"], own["role"], own["isOpen"], own["seq"]) == (
        "Bobby",
        "participant",
        True,
        2,
    )
    assert (await people("bob", "GET", f"/rooms/{room_id}/access/ada")).status_code == 404


async def test_a_list_goes_on_where_the_last_page_ended(people) -> None:
    ids = [
        (await people("ada", "POST", "/rooms", json={"roomName": str(n)})).json()["roomId"]
        for n in range(5)
    ]

    first = await people("ada", "GET", "/rooms?limit=3")
    following = first.headers["link"].partition("<")[2].partition(">")[0]
    second = await people("ada", "GET", f"/rooms{following}")

    assert sorted(each["roomId"] for each in first.json() + second.json()) == sorted(ids)
    assert "link" not in second.headers
    early = base64.urlsafe_b64encode(b"0001-01-01T00:00:00+14:00 x").decode()
    for bad in ("nonsense", early):
        refused = await people("ada", "GET", f"/rooms?cursor={bad}")
        assert refused.json()["code"] == "bad-cursor"


async def test_a_room_closes_when_its_time_has_come(people) -> None:
    soon = (datetime.now(UTC) + timedelta(milliseconds=10)).isoformat()
    made = await people("ada", "POST", "/rooms", json={"roomName": "Tea", "expiresAt": soon})
    path = f"/rooms/{made.json()['roomId']}"

    async def finished() -> bool:
        return (await people("ada", "GET", path)).json()["status"] == "finished"

    await eventually(finished, within=12)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"roomName": ""},
        {"roomName": "x" * 121},
        {"roomName": {"$gt": ""}},
        {"roomName": 5},
        {"roomName": "Tea", "participants": [{"$ne": None}]},
        {"roomName": "Tea", "participants": ["x"] * 201},
        {"roomName": "Tea", "isPrivate": "maybe"},
        {"roomName": "Tea", "roomPassword": "abc"},
        {"roomName": "Tea", "expiresAt": "2026-01-01T00:00:00"},
        {"roomName": "Tea", "expiresAt": "0001-01-01T00:00:00+14:00"},
        {"roomName": "Tea", "settings": {"topology": "ring"}},
        {"roomName": "Tea", "hostId": "eve"},
    ],
)
async def test_a_bad_room_is_refused_and_nothing_is_stored(people, db: Database, body) -> None:
    answer = await people("ada", "POST", "/rooms", json=body)

    assert answer.status_code == 422
    assert answer.json()["message"]
    assert await db["rooms"].count_documents({}) == 0


async def test_every_route_asks_who_is_calling(http: httpx.AsyncClient) -> None:
    paths = (await http.get("/openapi.json")).json()["paths"]

    for path, methods in paths.items():
        for method in methods:
            answer = await http.request(method, path.replace("{room_id}", "r1"))
            assert answer.status_code == 401, (method, path)
