import aio_pika
import orjson
import pytest

from common.access import AccessList
from common.events import ParticipantAdmitted, PeopleInvited, RoomOpened
from common.testing import NOON, eventually
from common.topology import LIVE

TEA = {"userIds": ["bob", "cleo"], "type": "reminder", "message": "Tea is ready."}


@pytest.fixture
async def room(db):
    """Room r1 of ada, with bob in it, as facts have told of it."""
    access = AccessList(db, "", None)
    opened = RoomOpened(
        occurred_at=NOON,
        room_id="r1",
        seq=1,
        room_name="Tea",
        host_id="ada",
        host_name="Ada",
        is_private=True,
        topology="auto",
    )
    admitted = ParticipantAdmitted(
        occurred_at=NOON, room_id="r1", seq=2, user_id="bob", display_name="Bob", role="participant"
    )
    for event in (opened, admitted):
        [react] = [each.react for each in access.subscriptions() if isinstance(event, each.event)]
        await react(event)
    return "r1"


@pytest.fixture
def admin(issuer):
    return issuer.bearer("root", roles=("user", "admin"))


async def test_a_host_tells_people_about_the_room(http, issuer, room):
    sent = await http.post(
        "/notifications/send", json={**TEA, "relatedRoomId": room}, headers=issuer.bearer("ada")
    )

    assert sent.status_code == 201
    assert sent.json()["message"] == "Notification sent successfully"
    [shown] = (await http.get("/notifications", headers=issuer.bearer("bob"))).json()
    assert shown.pop("createdAt").endswith("Z")
    assert shown.pop("id") in sent.json()["notificationIds"]
    assert shown == {
        "type": "reminder",
        "message": "Tea is ready.",
        "relatedRoomId": "r1",
        "status": "unread",
    }
    assert len(sent.json()["notificationIds"]) == 2


async def test_who_only_takes_part_may_not_tell(http, issuer, room):
    refused = await http.post(
        "/notifications/send", json={**TEA, "relatedRoomId": room}, headers=issuer.bearer("bob")
    )

    assert (refused.status_code, refused.json()["code"]) == (403, "may-not-send")


async def test_to_a_stranger_the_room_does_not_exist(http, issuer, room):
    refused = await http.post(
        "/notifications/send", json={**TEA, "relatedRoomId": room}, headers=issuer.bearer("eve")
    )

    assert (refused.status_code, refused.json()["code"]) == (404, "room-not-found")


async def test_only_an_administrator_tells_about_no_room(http, issuer, admin):
    refused = await http.post("/notifications/send", json=TEA, headers=issuer.bearer("ada"))
    sent = await http.post("/notifications/send", json=TEA, headers=admin)

    assert (refused.status_code, refused.json()["code"]) == (403, "may-not-send")
    assert sent.status_code == 201


async def test_sending_again_with_the_same_key_tells_nobody_twice(http, issuer, admin):
    headers = {**admin, "Idempotency-Key": "k1"}
    first = await http.post("/notifications/send", json=TEA, headers=headers)
    second = await http.post("/notifications/send", json=TEA, headers=headers)

    assert second.json() == first.json()
    assert len((await http.get("/notifications", headers=issuer.bearer("bob"))).json()) == 1


async def test_pages_hold_everything_once(http, issuer, admin):
    for number in range(5):
        await http.post(
            "/notifications/send", json={**TEA, "message": f"Tea {number}"}, headers=admin
        )
    seen, query = [], "?limit=2"
    while query:
        page = await http.get(f"/notifications{query}", headers=issuer.bearer("bob"))
        seen += [each["message"] for each in page.json()]
        link = page.headers.get("link")
        query = link[link.index("<") + 1 : link.index(">")] if link else None

    assert seen == [f"Tea {number}" for number in (4, 3, 2, 1, 0)]


async def test_a_person_marks_their_own_read_and_unread(http, issuer, admin):
    await http.post("/notifications/send", json=TEA, headers=admin)
    bob = issuer.bearer("bob")
    [mine] = (await http.get("/notifications", headers=bob)).json()

    read = await http.patch(f"/notifications/{mine['id']}", json={"status": "read"}, headers=bob)
    unread = (await http.get("/notifications?status=unread", headers=bob)).json()
    back = await http.patch(f"/notifications/{mine['id']}", json={"status": "unread"}, headers=bob)

    assert (read.status_code, read.json()) == (200, {**mine, "status": "read"})
    assert unread == []
    assert back.json() == mine


async def test_somebody_elses_notification_is_not_there(http, issuer, admin):
    sent = await http.post("/notifications/send", json=TEA, headers=admin)
    of_bob, _ = sent.json()["notificationIds"]

    refused = await http.patch(
        f"/notifications/{of_bob}", json={"status": "read"}, headers=issuer.bearer("eve")
    )

    assert (refused.status_code, refused.json()["code"]) == (404, "notification-not-found")
    assert (await http.get("/notifications", headers=issuer.bearer("eve"))).json() == []


async def test_everything_is_read_at_once(http, issuer, admin):
    await http.post("/notifications/send", json=TEA, headers=admin)
    await http.post("/notifications/send", json=TEA, headers=admin)

    answer = await http.post("/notifications/read", headers=issuer.bearer("bob"))

    assert (answer.status_code, answer.content) == (204, b"")
    bob = (await http.get("/notifications", headers=issuer.bearer("bob"))).json()
    cleo = (await http.get("/notifications", headers=issuer.bearer("cleo"))).json()
    assert [each["status"] for each in bob] == ["read", "read"]
    assert [each["status"] for each in cleo] == ["unread", "unread"]


async def test_the_other_devices_of_a_person_hear_what_was_read(http, issuer, admin, amqp_url):
    sent = await http.post("/notifications/send", json=TEA, headers=admin)
    of_bob, _ = sent.json()["notificationIds"]
    await eventually(lambda: bus_is_open(http))
    async with await aio_pika.connect(amqp_url) as connection:
        queue = await (await connection.channel()).declare_queue(exclusive=True)
        await queue.bind(LIVE, "user.bob")

        await http.patch(
            f"/notifications/{of_bob}", json={"status": "read"}, headers=issuer.bearer("bob")
        )
        one = await eventually(lambda: queue.get(fail=False))
        await http.post("/notifications/read", headers=issuer.bearer("bob"))
        everything = await eventually(lambda: queue.get(fail=False))

    assert orjson.loads(one.body) == {"type": "notificationRead", "data": {"id": of_bob}}
    assert orjson.loads(everything.body) == {"type": "notificationRead", "data": {"id": None}}


async def bus_is_open(http):
    return (await http.get("/readyz")).json()["checks"]["rabbitmq"]


async def test_what_is_not_a_notification_is_refused(http, admin):
    bodies = [
        {},
        {**TEA, "userIds": []},
        {**TEA, "userIds": ["x"] * 201},
        {**TEA, "userIds": [{"$ne": ""}]},
        {**TEA, "userIds": ["x" * 65]},
        {**TEA, "type": {"$gt": ""}},
        {**TEA, "type": "No Such Word"},
        {**TEA, "message": "  "},
        {**TEA, "message": "x" * 501},
        {**TEA, "relatedRoomId": "../../auth/users"},
        {**TEA, "relatedRoomId": {"$ne": None}},
        {**TEA, "status": "read"},
        [TEA],
    ]
    for body in bodies:
        refused = await http.post("/notifications/send", json=body, headers=admin)

        assert (refused.status_code, refused.json()["code"]) == (422, "validation-failed"), body


async def test_a_message_may_look_like_an_operator(http, issuer, admin):
    await http.post("/notifications/send", json={**TEA, "message": "$where: 1"}, headers=admin)

    [shown] = (await http.get("/notifications", headers=issuer.bearer("bob"))).json()
    assert shown["message"] == "$where: 1"


async def test_a_bad_question_is_told_so(http, issuer):
    questions = {
        "?status=seen": "validation-failed",
        "?status[$ne]=read&status=x": "validation-failed",
        "?limit=201": "validation-failed",
        "?cursor=%00": "bad-cursor",
        "?cursor=bm90IGEgcGxhY2U=": "bad-cursor",
        "?cursor=MDAwMS0wMS0wMVQwMDowMDowMCsxNDowMCB4": "bad-cursor",  # before the year 1
    }
    for query, code in questions.items():
        refused = await http.get(f"/notifications{query}", headers=issuer.bearer("bob"))

        assert (refused.status_code, refused.json()["code"]) == (422, code), query


async def test_a_body_that_is_not_json_or_too_large_is_refused(http, admin):
    headers = {**admin, "Content-Type": "application/json"}
    surrogate = b'{"userIds": ["bob"], "type": "reminder", "message": "\\ud800"}'
    broken = await http.post("/notifications/send", content=b'{"userIds": [', headers=headers)
    large = await http.post("/notifications/send", content=b"x" * (10 << 20), headers=headers)

    lone = await http.post("/notifications/send", content=surrogate, headers=headers)

    assert lone.status_code == 422
    assert (broken.status_code, broken.json()["code"]) == (400, "malformed-json")
    assert (large.status_code, large.json()["code"]) == (413, "body-too-large")


async def test_nobody_gets_in_without_a_good_token(http, issuer):
    forged = issuer.token("bob", headers={"typ": "JWT"})
    expired = issuer.token("bob", exp=1)

    for token in ("", forged, expired, "not.a.token"):
        refused = await http.get("/notifications", headers={"Authorization": f"Bearer {token}"})
        assert refused.status_code == 401
    for path in ("/notifications/send", "/notifications/read"):
        assert (await http.post(path, json=TEA)).status_code == 401


async def test_an_invitation_is_listed(http, issuer, publish):
    await publish(
        PeopleInvited(
            occurred_at=NOON,
            room_id="r1",
            seq=2,
            room_name="Tea",
            inviter_id="ada",
            inviter_name="Ada",
            user_ids=["bob"],
        )
    )

    async def listed():
        return (await http.get("/notifications", headers=issuer.bearer("bob"))).json()

    [shown] = await eventually(listed)
    assert (shown["type"], shown["relatedRoomId"]) == ("invitation", "r1")
    assert shown["createdAt"] == "2026-01-02T12:00:00.000Z"


async def test_people_are_told_once_though_the_first_answer_was_lost(http, admin, db):
    headers = {**admin, "Idempotency-Key": "k1"}
    first = await http.post("/notifications/send", json=TEA, headers=headers)
    # The process died before it kept the answer, longer than a minute ago.
    await db["idempotency"].update_one(
        {},
        [
            {"$unset": ["status", "answer", "type"]},
            {"$set": {"at": {"$subtract": ["$at", 61_000]}}},
        ],
    )

    again = await http.post("/notifications/send", json=TEA, headers=headers)

    assert again.status_code == 201
    assert again.json()["notificationIds"] == first.json()["notificationIds"]
    assert await db["notifications"].count_documents({}) == 2
