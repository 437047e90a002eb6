import aio_pika
import httpx
import orjson
import pytest

from chat import handlers
from common.events import MessagePosted, RoomClosed
from common.mongo import Database
from common.testing import NOON, Issuer, eventually
from common.topology import EVENTS, LIVE

from .conftest import hear


async def send(http: httpx.AsyncClient, headers, kind: str, **data):
    frame = {"connectionId": "k1", "gatewayId": "g1", "type": kind, "data": data}
    return await http.post("/commands", json=frame, headers=headers)


async def test_a_frame_says_something_as_a_request_does(
    http: httpx.AsyncClient, issuer: Issuer
) -> None:
    ada = issuer.bearer("ada")

    first = await send(http, ada, "chatMessage", roomId="tea", message="Hi", clientId="c1", new=1)
    again = await send(http, ada, "chatMessage", roomId="tea", message="Hi", clientId="c1")
    other = await send(http, ada, "chatMessage", roomId="tea", message="Bye", clientId="c1")

    assert first.json()["data"].keys() == {"messageId", "seq", "timestamp"}
    assert (first.json()["data"]["seq"], again.json()) == (1, first.json())
    assert (first.json()["subscribe"], first.json()["unsubscribe"]) == ([], [])
    assert (other.status_code, other.json()["code"]) == (409, "client-id-reused")
    read = await http.get("/chat/messages/tea", headers=ada)
    assert read.json()[0]["id"] == first.json()["data"]["messageId"]


async def test_what_is_answered_is_the_fact_that_is_published(
    http: httpx.AsyncClient, issuer: Issuer, amqp_url: str
) -> None:
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue(exclusive=True)
        await queue.bind(EVENTS, MessagePosted.type)

        answer = await send(
            http, issuer.bearer("ada"), "chatMessage", roomId="tea", message="Hi", clientId="c1"
        )
        async with queue.iterator(timeout=20) as arriving:
            published = await anext(arriving)

    [told] = answer.json()["told"]
    assert (told["frame"], told["seq"], told["type"]) == ("chatMessage", 1, MessagePosted.type)
    assert told["body"] == published.body.decode()


async def test_messages_of_several_people_are_asked_together(
    http: httpx.AsyncClient, issuer: Issuer
) -> None:
    said = [
        spoken(issuer.token(who), message=f"{who} says", clientId=f"c-{who}")
        for who in ("ada", "bob", "eve")
    ]
    said.append(spoken("no token", message="Hi", clientId="c1"))

    answer = await http.post("/commands/together", json={"said": said})

    ada, bob, eve, nobody = answer.json()["outcomes"]
    assert {each["reply"]["data"]["seq"] for each in (ada, bob)} == {1, 2}
    assert [each["reply"]["told"][0]["seq"] for each in (ada, bob)] == [
        each["reply"]["data"]["seq"] for each in (ada, bob)
    ]
    assert (eve["status"], eve["problem"]["code"]) == (404, "room-not-found")
    assert (nobody["status"], nobody["problem"]["code"]) == (401, "invalid-token")
    read = await http.get("/chat/messages/tea", headers=issuer.bearer("ada"))
    assert {each["message"] for each in read.json()} == {"ada says", "bob says"}


def spoken(token: str, **data: object) -> dict[str, object]:
    data = {"roomId": "tea", **data}
    frame = {"connectionId": "k1", "gatewayId": "g1", "type": "chatMessage", "data": data}
    return {"token": token, "frame": frame}


@pytest.mark.parametrize(("kind", "heard"), [("followRoom", ["room.tea"]), ("joinRoom", [])])
async def test_who_comes_sees_the_newest_and_who_comes_back_what_they_missed(
    http: httpx.AsyncClient, issuer: Issuer, monkeypatch: pytest.MonkeyPatch, kind, heard
) -> None:
    monkeypatch.setattr(handlers, "NEWEST", 3)
    monkeypatch.setattr(handlers, "MISSED", 2)
    ada = issuer.bearer("ada")
    empty = await send(http, ada, kind, roomId="tea")
    for n in range(5):
        await send(http, ada, "chatMessage", roomId="tea", message=f"{n}", clientId=f"c{n}")

    newest = await send(http, ada, kind, roomId="tea", audio=True, peerId=None)
    missed = await send(http, ada, kind, roomId="tea", after={"chat": 1, "call": 9})
    nothing = await send(http, ada, kind, roomId="tea", after={"chat": 5})

    assert empty.json() == {
        "data": {"chat": [], "chatSeq": 0},
        "subscribe": heard,
        "unsubscribe": [],
        "seq": 0,
        "told": [],
    }
    answers = [each.json()["data"] for each in (newest, missed, nothing)]
    assert [[said["seq"] for said in each["chat"]] for each in answers] == [[3, 4, 5], [2, 3], []]
    assert [each["chatSeq"] for each in answers] == [5, 5, 5]
    read = (await http.get("/chat/messages/tea", headers=ada)).json()
    assert answers[0]["chat"] == read[2:]


async def test_who_stops_following_hears_no_more(http: httpx.AsyncClient, issuer: Issuer) -> None:
    answer = await send(http, issuer.bearer("eve"), "unfollowRoom", roomId="tea")

    assert (answer.json()["subscribe"], answer.json()["unsubscribe"]) == ([], ["room.tea"])
    assert (answer.json()["data"], answer.json()["told"]) == ({}, [])


async def test_typing_is_shown_and_not_kept(
    http: httpx.AsyncClient, issuer: Issuer, amqp_url: str
) -> None:
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue(exclusive=True)
        await queue.bind(LIVE, "room.tea")

        answer = await send(http, issuer.bearer("bob"), "typing", roomId="tea")
        shown = await eventually(lambda: queue.get(fail=False))

    assert answer.json()["data"] == {}
    assert orjson.loads(shown.body) == {
        "type": "typing",
        "roomId": "tea",
        "data": {"userId": "bob", "displayName": "Bob"},
    }


async def test_strangers_do_and_hear_nothing(http: httpx.AsyncClient, issuer: Issuer) -> None:
    eve = issuer.bearer("eve")
    for kind in ("chatMessage", "typing", "followRoom", "joinRoom"):
        refused = await send(http, eve, kind, roomId="tea", message="Hi", clientId="c1")

        assert (refused.status_code, refused.json()["code"]) == (404, "room-not-found"), kind


async def test_in_a_closed_room_there_is_only_reading(
    http: httpx.AsyncClient, issuer: Issuer, db: Database
) -> None:
    ada = issuer.bearer("ada")
    closed = RoomClosed(
        occurred_at=NOON, room_id="tea", seq=3, reason="host_closed", duration_seconds=1.0
    )
    await hear(db, closed)

    posted = await send(http, ada, "chatMessage", roomId="tea", message="Hi", clientId="c1")
    typed = await send(http, ada, "typing", roomId="tea")
    followed = await send(http, ada, "followRoom", roomId="tea")

    assert posted.json()["code"] == typed.json()["code"] == "room-closed"
    assert followed.status_code == 200


NONSENSE = [
    ("shout", {"roomId": "tea"}),
    ("chatMessage", {"roomId": "tea", "message": "Hi"}),
    ("chatMessage", {"roomId": "tea", "message": " ", "clientId": "c1"}),
    ("chatMessage", {"roomId": "tea", "message": {"$gt": ""}, "clientId": "c1"}),
    ("followRoom", {"roomId": {"$gt": ""}}),
    ("followRoom", {"roomId": "tea", "after": {"chat": -1}}),
    ("followRoom", {"roomId": "tea", "after": {"chat": {"$gt": 0}}}),
    ("unfollowRoom", {"roomId": "tea.#"}),
    ("typing", []),
]


async def test_a_frame_that_makes_no_sense_is_refused_in_words(
    http: httpx.AsyncClient, issuer: Issuer
) -> None:
    for kind, data in NONSENSE:
        frame = {"connectionId": "k1", "gatewayId": "g1", "type": kind, "data": data}

        answer = await http.post("/commands", json=frame, headers=issuer.bearer("ada"))

        assert (answer.status_code, answer.json()["code"]) == (422, "validation-failed"), frame


async def test_a_frame_needs_a_good_token(http: httpx.AsyncClient) -> None:
    forged = {"Authorization": f"Bearer {Issuer().token('ada')}"}

    for headers in ({}, forged):
        answer = await send(http, headers, "unfollowRoom", roomId="tea")
        assert answer.status_code == 401
