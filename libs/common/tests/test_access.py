import itertools

import httpx
import pytest

from common import access
from common.access import AccessList, RoomNotFound
from common.events import (
    ParticipantAdmitted,
    ParticipantRemoved,
    RoomClosed,
    RoomDeleted,
    RoomOpened,
)
from common.mongo import Database
from common.problems import Unavailable
from common.testing import NOON, eventually

OPENED = RoomOpened(
    occurred_at=NOON,
    room_id="r1",
    seq=1,
    room_name="Tea",
    host_id="ada",
    host_name="Ada",
    is_private=True,
    topology="auto",
)
ADMITTED = ParticipantAdmitted(
    occurred_at=NOON, room_id="r1", seq=2, user_id="bob", display_name="$Bob", role="participant"
)
REMOVED = ParticipantRemoved(occurred_at=NOON, room_id="r1", seq=3, user_id="bob", reason="left")


def access_list(db: Database, answer=lambda _: httpx.Response(404)) -> AccessList:
    client = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    return AccessList(db, "http://rooms.test", client)


async def hear(people: AccessList, *events) -> None:
    reactions = {each.event: each.react for each in people.subscriptions()}
    for event in events:
        await reactions[type(event)](event)


async def test_the_host_and_the_admitted_have_access(db: Database) -> None:
    people = access_list(db)
    await hear(people, OPENED, ADMITTED)

    assert (await people.of("r1", "ada", "token")).role == "host"
    assert (await people.of("r1", "bob", "token")).display_name == "$Bob"
    with pytest.raises(RoomNotFound):
        await people.of("r1", "eve", "token")


@pytest.mark.parametrize("order", [*itertools.permutations([OPENED, ADMITTED, REMOVED])])
async def test_who_was_removed_has_no_access_whatever_the_order(db: Database, order) -> None:
    people = access_list(db)
    await hear(people, *order)

    with pytest.raises(RoomNotFound):
        await people.of("r1", "bob", "token")


async def test_a_closed_room_is_known_to_be_closed_even_when_told_early(db: Database) -> None:
    people = access_list(db)
    closed = RoomClosed(
        occurred_at=NOON, room_id="r1", seq=4, reason="host_closed", duration_seconds=1
    )

    await hear(people, closed, OPENED)

    assert not (await people.of("r1", "ada", "token")).is_open


async def test_a_deleted_room_is_gone(db: Database) -> None:
    people = access_list(db)
    await hear(people, OPENED, RoomDeleted(occurred_at=NOON, room_id="r1", seq=2))

    assert await people.is_deleted("r1")
    assert not await people.is_deleted("r2")
    with pytest.raises(RoomNotFound):
        await people.of("r1", "ada", "token")


async def test_rooms_is_asked_once_about_who_is_not_known_yet(db: Database) -> None:
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append((request.url.path, request.headers["authorization"]))
        told = {
            "displayName": "Bob",
            "role": "participant",
            "topology": "mesh",
            "isOpen": True,
            "seq": 2,
        }
        return httpx.Response(200, json=told)

    people = access_list(db, answer)

    assert (await people.of("r1", "bob", "secret")).topology == "mesh"
    assert (await people.of("r1", "bob", "secret")).display_name == "Bob"
    assert asked == [("/rooms/r1/access/bob", "Bearer secret")]


async def test_when_rooms_is_away_the_answer_is_later_not_no(db: Database) -> None:
    with pytest.raises(Unavailable):
        await access_list(db, lambda _: httpx.Response(500)).of("r1", "bob", "token")


async def test_an_older_answer_does_not_bring_back_who_was_removed(db: Database) -> None:
    people = access_list(db)
    await hear(people, OPENED, REMOVED, ADMITTED)

    row = await db["access"].find_one({"_id": "r1:bob"})

    assert row["admitted"] is False


async def test_an_id_cannot_lead_to_another_address_of_rooms(db: Database) -> None:
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.raw_path)
        return httpx.Response(404)

    with pytest.raises(RoomNotFound):
        await access_list(db, answer).of("r1/access/ada?\n#", "bob", "token")

    assert asked == [b"/rooms/r1%2Faccess%2Fada%3F%0A%23/access/bob"]


@pytest.mark.parametrize("order", [*itertools.permutations([OPENED, ADMITTED, REMOVED])])
async def test_who_is_admitted_is_known_without_asking_rooms(db: Database, order) -> None:
    people = access_list(db)
    assert not await people.admits("r1", "ada")

    await hear(people, *order)

    assert await people.admits("r1", "ada")
    assert not await people.admits("r1", "bob")
    assert not await people.admits("r2", "ada")


async def test_a_room_that_ended_admits_nobody(db: Database) -> None:
    people = access_list(db)
    closed = RoomClosed(occurred_at=NOON, room_id="r1", seq=4, reason="expired", duration_seconds=1)
    await hear(people, OPENED, closed)
    await hear(people, OPENED.model_copy(update={"room_id": "r2"}))
    await hear(people, RoomDeleted(occurred_at=NOON, room_id="r2", seq=2))

    assert not await people.admits("r1", "ada")
    assert not await people.admits("r2", "ada")


async def test_who_was_just_found_is_not_looked_up_again_for_a_moment(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = access_list(db)
    await hear(people, OPENED, ADMITTED)
    found = await people.of("r1", "bob", "token")
    await hear(access_list(db), REMOVED)  # another process hears it

    assert await people.of("r1", "bob", "token") == found
    monkeypatch.setattr(access, "BELIEVED", 0.0)
    with pytest.raises(RoomNotFound):
        await eventually(lambda: _gone(people))


async def _gone(people: AccessList) -> bool:
    await people.of("r1", "bob", "token")
    return False


@pytest.mark.parametrize("end", [REMOVED, RoomDeleted(occurred_at=NOON, room_id="r1", seq=3)])
async def test_what_this_process_hears_counts_at_once(db: Database, end) -> None:
    people = access_list(db)
    await hear(people, OPENED, ADMITTED)
    await people.of("r1", "bob", "token")

    await hear(people, end)

    with pytest.raises(RoomNotFound):
        await people.of("r1", "bob", "token")
