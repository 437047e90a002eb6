import itertools
from datetime import timedelta

import pytest

from common.events import CallEnded, CallStarted, MessagePosted, PeerJoined, PeerLeft, PeerState
from common.mongo import Database
from common.testing import NOON, Issuer, serving
from rooms import domain
from rooms.app import create_app
from rooms.consumers import subscriptions
from rooms.repository import MeetingRepository, RoomRepository
from rooms.settings import Settings

LATER = NOON + timedelta(minutes=5)
ABOUT = {"room_id": "r1", "meeting_id": "m1"}


def peer(user: str) -> PeerState:
    return PeerState(
        peer_id=f"p-{user}",
        user_id=user,
        display_name=user,
        role="participant",
        state="connected",
        audio=True,
        video=True,
        screen=False,
        hand_raised_at=None,
        joined_at=NOON,
    )


STARTED = CallStarted(occurred_at=NOON, seq=1, started_by="ada", **ABOUT)
ADA = PeerJoined(occurred_at=NOON, seq=2, peer=peer("ada"), **ABOUT)
BOB = PeerJoined(occurred_at=NOON, seq=3, peer=peer("bob"), **ABOUT)
BOB_LEFT = PeerLeft(
    occurred_at=LATER, seq=4, peer_id="p-bob", user_id="bob", reason="left", **ABOUT
)
ENDED = CallEnded(
    occurred_at=LATER,
    seq=6,
    started_at=NOON,
    duration_seconds=300,
    participants=["ada", "bob"],
    **ABOUT,
)


def said(seq: int, *, minutes: int) -> MessagePosted:
    at = NOON + timedelta(minutes=minutes)
    return MessagePosted(
        occurred_at=at,
        room_id="r1",
        seq=seq,
        id=f"msg{seq}",
        sender="ada",
        sender_name="Ada",
        message="hi",
        message_type="text",
        timestamp=at,
        client_id=None,
        reply_to=None,
    )


@pytest.fixture
async def hear(db: Database):
    """rooms hears facts about a room that Ada opened."""
    rooms = RoomRepository(db)
    room, events = domain.open_room("r1", "Tea", host_id="ada", host_name="Ada", at=NOON)
    await rooms.save(room, *events)
    meetings = MeetingRepository(db)
    await meetings.prepare()
    reactions = {each.event: each.react for each in subscriptions(rooms, meetings)}

    async def heard(*events) -> MeetingRepository:
        for event in events:
            await reactions[type(event)](event)
        return meetings

    return heard


@pytest.mark.parametrize("order", [*itertools.permutations([ADA, BOB, BOB_LEFT])])
async def test_presence_is_right_whatever_the_order_and_however_often(hear, order) -> None:
    meetings = await hear(STARTED, *order, *order)

    assert (await meetings.current(["r1"]))["r1"].present == ["ada"]


async def test_a_meeting_that_ended_is_in_everybodys_history(hear) -> None:
    meetings = await hear(
        STARTED, ADA, BOB, said(7, minutes=1), said(9, minutes=4), BOB_LEFT, ENDED
    )

    [of_bob] = await meetings.of_user("bob", before=None, limit=10)

    assert (of_bob.room_name, of_bob.duration_seconds, of_bob.chat_messages) == ("Tea", 300.0, 3)
    assert of_bob.participants == ["ada", "bob"]
    assert await meetings.of_user("eve", before=None, limit=10) == []


async def test_what_was_said_outside_a_meeting_is_not_counted(hear) -> None:
    meetings = await hear(STARTED, ADA, BOB, ENDED, said(1, minutes=-3), said(2, minutes=9))

    [ended] = await meetings.of_user("ada", before=None, limit=10)

    assert ended.chat_messages == 0


async def test_a_meeting_told_backwards_is_the_same(hear) -> None:
    meetings = await hear(ENDED, BOB_LEFT, BOB, ADA, STARTED)

    [ended] = await meetings.of_user("ada", before=None, limit=10)

    assert (ended.started_at, ended.ended_at, ended.host_id) == (NOON, LATER, "ada")


async def test_a_start_told_again_later_leaves_the_name_the_meeting_had(hear, db: Database) -> None:
    await hear(STARTED, ADA, ENDED)
    await RoomRepository(db).change("r1", lambda room: domain.delete(room, by="ada", at=LATER))

    meetings = await hear(STARTED)

    [ended] = await meetings.of_user("ada", before=None, limit=10)
    assert (ended.room_name, ended.host_id) == ("Tea", "ada")


async def test_history_is_read_over_http(
    hear, mongo_url: str, amqp_url: str, jwks_url: str, db: Database, issuer: Issuer
) -> None:
    await hear(STARTED, ADA, BOB, BOB_LEFT, ENDED)
    settings = Settings(
        mongo_url=mongo_url, amqp_url=amqp_url, jwks_url=jwks_url, CONVO_ROOMS_DATABASE=db.name
    )

    async with serving(create_app(settings)) as http:
        answer = await http.get("/rooms/history", headers=issuer.bearer("bob"))
        room = await http.get("/rooms/r1", headers=issuer.bearer("bob"))

    [meeting] = answer.json()
    assert (meeting["meetingId"], meeting["durationSeconds"], meeting["hostId"]) == (
        "m1",
        300.0,
        "ada",
    )
    assert (room.json()["startTime"], room.json()["present"]) == ("2026-01-02T12:00:00.000Z", [])


async def test_of_many_meetings_in_a_room_the_newest_is_the_current_one(hear) -> None:
    newer = {"room_id": "r1", "meeting_id": "m2"}
    again = CallStarted(occurred_at=LATER, seq=7, started_by="bob", **newer)
    came = PeerJoined(occurred_at=LATER, seq=8, peer=peer("bob"), **newer)

    meetings = await hear(again, came, STARTED, ADA)

    current = await meetings.current(["r1", "never-used"])
    assert {room: each.id for room, each in current.items()} == {"r1": "m2"}
    assert current["r1"].present == ["bob"]
