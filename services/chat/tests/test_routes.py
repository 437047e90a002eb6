import asyncio
import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from chat.domain import LONGEST
from common.events import ParticipantRemoved, RoomClosed, RoomDeleted
from common.mongo import Database
from common.testing import NOON, Issuer

from .conftest import hear


async def say(http: httpx.AsyncClient, headers: dict[str, str], text: str, **more):
    body = {"roomId": "tea", "message": text, **more}
    return await http.post("/chat/message", json=body, headers=headers)


async def test_what_is_said_can_be_read(http: httpx.AsyncClient, issuer: Issuer) -> None:
    said = await say(http, issuer.bearer("bob"), "Hello  \n", clientId="c1")

    assert said.status_code == 201
    answer = said.json()
    assert answer["message"] == "Message sent successfully"
    read = await http.get("/chat/messages/tea", headers=issuer.bearer("ada"))
    assert read.json() == [
        {
            "id": answer["messageId"],
            "seq": 1,
            "sender": "bob",
            "senderName": "Bob",
            "message": "Hello",
            "messageType": "text",
            "timestamp": answer["timestamp"],
            "clientId": "c1",
            "replyTo": None,
        }
    ]
    assert "link" not in read.headers


async def test_a_room_without_messages_is_an_empty_list(
    http: httpx.AsyncClient, issuer: Issuer
) -> None:
    answer = await http.get("/chat/messages/tea", headers=issuer.bearer("ada"))

    assert (answer.status_code, answer.json()) == (200, [])


async def test_a_reply_names_the_message_it_answers(
    http: httpx.AsyncClient, issuer: Issuer
) -> None:
    first = (await say(http, issuer.bearer("ada"), "Tea?")).json()["messageId"]

    answer = await say(http, issuer.bearer("bob"), "Yes", replyTo=first, messageType="file")
    astray = await say(http, issuer.bearer("bob"), "Yes", replyTo="two:0000000001")

    assert answer.status_code == 201
    read = (await http.get("/chat/messages/tea", headers=issuer.bearer("ada"))).json()
    assert (read[1]["replyTo"], read[1]["messageType"]) == (first, "file")
    assert (astray.status_code, astray.json()["code"]) == (422, "reply-not-in-room")


async def test_the_same_message_sent_eight_times_is_one(
    http: httpx.AsyncClient, issuer: Issuer
) -> None:
    headers = issuer.bearer("ada")

    answers = await asyncio.gather(*(say(http, headers, "Hi", clientId="c1") for _ in range(8)))

    assert {each.status_code for each in answers} == {201}
    assert len({each.text for each in answers}) == 1
    assert len((await http.get("/chat/messages/tea", headers=headers)).json()) == 1


async def test_an_idempotency_key_is_a_client_id(http: httpx.AsyncClient, issuer: Issuer) -> None:
    headers = {**issuer.bearer("ada"), "Idempotency-Key": "k1"}

    first = await say(http, headers, "Hello")
    again = await say(http, headers, "Hello")
    other = await say(http, headers, "Goodbye")
    own = await say(http, headers, "Goodbye", clientId="c1")
    bad = await say(http, {**headers, "Idempotency-Key": "k 1"}, "Hello")

    assert (first.json(), again.status_code) == (again.json(), 201)
    assert (other.status_code, other.json()["code"]) == (409, "client-id-reused")
    assert own.json()["seq"] == 2
    assert bad.status_code == 422


async def test_strangers_get_404_for_everything(http: httpx.AsyncClient, issuer: Issuer) -> None:
    await say(http, issuer.bearer("ada"), "Secret")
    eve = issuer.bearer("eve")

    answers = [
        await say(http, eve, "Let me in"),
        await http.get("/chat/messages/tea", headers=eve),
        await http.get("/chat/messages/no-such-room", headers=eve),
    ]

    assert [(each.status_code, each.json()["code"]) for each in answers] == [
        (404, "room-not-found")
    ] * 3
    assert "Secret" not in answers[1].text


async def test_who_was_removed_reads_no_more(
    http: httpx.AsyncClient, issuer: Issuer, db: Database
) -> None:
    gone = ParticipantRemoved(occurred_at=NOON, room_id="tea", seq=3, user_id="bob", reason="left")
    await hear(db, gone)

    assert (await say(http, issuer.bearer("bob"), "Still here?")).status_code == 404
    read = await http.get("/chat/messages/tea", headers=issuer.bearer("bob"))
    assert read.status_code == 404


async def test_a_closed_room_is_read_only(
    http: httpx.AsyncClient, issuer: Issuer, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("common.access.BELIEVED", 0.0)  # another process hears the fact
    ada = issuer.bearer("ada")
    first = await say(http, ada, "Hello", clientId="c1")
    closed = RoomClosed(
        occurred_at=NOON, room_id="tea", seq=3, reason="host_closed", duration_seconds=1.0
    )
    await hear(db, closed)

    refused = await say(http, ada, "One more thing", clientId="c2")
    again = await say(http, ada, "Hello", clientId="c1")
    other = await say(http, ada, "Goodbye", clientId="c1")

    assert (refused.status_code, refused.json()["code"]) == (409, "room-closed")
    assert (again.status_code, again.json()) == (201, first.json())
    assert (other.status_code, other.json()["code"]) == (409, "client-id-reused")
    assert len((await http.get("/chat/messages/tea", headers=ada)).json()) == 1


async def test_a_deleted_room_is_not_there(
    http: httpx.AsyncClient, issuer: Issuer, db: Database
) -> None:
    await hear(db, RoomDeleted(occurred_at=NOON, room_id="tea", seq=3))

    assert (await say(http, issuer.bearer("ada"), "Hello")).status_code == 404
    read = await http.get("/chat/messages/tea", headers=issuer.bearer("ada"))
    assert read.status_code == 404


async def walk(http: httpx.AsyncClient, headers, start: str, rel: str) -> list[list[int]]:
    """The numbers on each page, following one kind of link to the end."""
    pages, url = [], httpx.URL(start)
    while True:
        answer = await http.get(url, headers=headers)
        pages.append([each["seq"] for each in answer.json()])
        if rel not in answer.links:
            return pages
        url = url.join(answer.links[rel]["url"])


async def test_history_can_be_walked_both_ways(http: httpx.AsyncClient, issuer: Issuer) -> None:
    ada = issuer.bearer("ada")
    for n in range(7):
        await say(http, ada, f"{n}")

    back = await walk(http, ada, "/chat/messages/tea?limit=3", "prev")
    on = await walk(http, ada, "/chat/messages/tea?limit=3&after=0", "next")
    turned = await walk(http, ada, "/chat/messages/tea?limit=3&before=3", "next")

    assert back == [[5, 6, 7], [2, 3, 4], [1]]
    assert on == [[1, 2, 3], [4, 5, 6], [7]]
    assert turned == [[1, 2], [3, 4, 5], [6, 7]]
    between = await http.get("/chat/messages/tea?after=2&before=5", headers=ada)
    assert [each["seq"] for each in between.json()] == [3, 4]


NONSENSE = [
    {"roomId": {"$gt": ""}, "message": "Hi"},
    {"roomId": "tea", "message": {"$ne": None}},
    {"roomId": ["tea"], "message": "Hi"},
    {"roomId": "tea/access/bob", "message": "Hi"},
    {"roomId": "", "message": "Hi"},
    {"message": "Hi"},
    {"roomId": "tea"},
    {"roomId": "tea", "message": ""},
    {"roomId": "tea", "message": " \n\t "},
    {"roomId": "tea", "message": "a\0b"},
    {"roomId": "tea", "message": "\ud800"},
    {"roomId": "tea", "message": "x" * (LONGEST + 1)},
    {"roomId": "tea", "message": 7},
    {"roomId": "tea", "message": "Hi", "messageType": "script"},
    {"roomId": "tea", "message": "Hi", "clientId": "x" * 65},
    {"roomId": "tea", "message": "Hi", "clientId": {"$gt": ""}},
    {"roomId": "tea", "message": "Hi", "clientId": "c\n"},
    {"roomId": "tea", "message": "Hi", "replyTo": {"$gt": ""}},
    {"roomId": "tea", "message": "Hi", "sender": "bob"},
    [],
    None,
]


async def test_a_body_that_makes_no_sense_is_refused_in_words(
    http: httpx.AsyncClient, issuer: Issuer
) -> None:
    headers = {**issuer.bearer("ada"), "Content-Type": "application/json"}
    for body in NONSENSE:
        answer = await http.post("/chat/message", content=json.dumps(body), headers=headers)

        assert (answer.status_code, answer.json()["code"]) == (422, "validation-failed"), body
        assert answer.json()["errors"]
    assert (await http.get("/chat/messages/tea", headers=headers)).json() == []


async def test_any_text_is_kept_as_it_is_but_for_its_end(
    http: httpx.AsyncClient, issuer: Issuer
) -> None:
    texts = ["x" * LONGEST, "  $set\n<b>", "👩‍👩‍👧 你好 \u202e", "{{x}} ${y} %s"]
    for text in texts:
        assert (await say(http, issuer.bearer("ada"), f"{text} \n ")).status_code == 201

    read = await http.get("/chat/messages/tea", headers=issuer.bearer("ada"))
    assert [each["message"] for each in read.json()] == texts


async def test_a_place_that_is_no_number_is_refused(
    http: httpx.AsyncClient, issuer: Issuer
) -> None:
    for query in ("before=-1", "after=x", "after=99999999999", "limit=201", "limit=0"):
        answer = await http.get(f"/chat/messages/tea?{query}", headers=issuer.bearer("ada"))

        assert answer.status_code == 422, query


async def test_what_is_not_json_and_what_is_too_much_is_refused(
    http: httpx.AsyncClient, issuer: Issuer
) -> None:
    headers = {**issuer.bearer("ada"), "Content-Type": "application/json"}

    broken = await http.post("/chat/message", content=b'{"roomId": ', headers=headers)
    huge = await http.post("/chat/message", content=b"[" * (10 << 20), headers=headers)

    assert (broken.status_code, broken.json()["code"]) == (400, "malformed-json")
    assert (huge.status_code, huge.json()["code"]) == (413, "body-too-large")


async def test_nobody_speaks_without_a_good_token(http: httpx.AsyncClient, issuer: Issuer) -> None:
    long_ago = datetime.now(UTC) - timedelta(hours=1)
    tokens = [
        issuer.token("ada", exp=long_ago),
        Issuer().token("ada"),
        issuer.token("ada", headers={"typ": "JWT"}),
        "rubbish",
    ]
    headers = [{}, *({"Authorization": f"Bearer {token}"} for token in tokens)]

    answers = [await say(http, each, "Hello") for each in headers]
    answers += [await http.get("/chat/messages/tea", headers=each) for each in headers]

    assert {each.status_code for each in answers} == {401}
