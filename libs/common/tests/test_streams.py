"""What was told after a number, for whoever may hear it."""

from dataclasses import dataclass, replace
from typing import Any

import pytest

from common.clock import utc_now
from common.events import RoomClosed, RoomUpdated
from common.identity import Caller
from common.mongo import Database
from common.outbox import Relay
from common.problems import NotFound
from common.store import Store
from common.streams import Facts, Streams, Wanted, Wants
from common.testing import NOON, Issuer


@dataclass(frozen=True)
class Room:
    id: str
    version: int = 0


class Broker:
    """Takes everything, or nothing."""

    def __init__(self) -> None:
        self.sent: list[int | None] = []

    async def publish(self, envelope: Any) -> None:
        self.sent.append(envelope.seq)


def updated(room_id: str, seq: int) -> RoomUpdated:
    return RoomUpdated(
        occurred_at=NOON,
        room_id=room_id,
        seq=seq,
        room_name=f"name {seq}",
        is_private=False,
        has_password=False,
        expires_at=None,
        topology="mesh",
    )


class House:
    """Rooms, their relay and their streams."""

    def __init__(self, db: Database, issuer: Issuer, *hearers: str) -> None:
        self.rooms = Store(Room, db["rooms"], written=lambda: None, missing=NotFound("no"))
        self.relay = Relay(db["rooms"], Broker())
        self.facts = Facts(db["rooms"])
        self.issuer = issuer

        async def may_hear(_room: str, caller: Caller, _token: str) -> bool:
            return caller.user_id in hearers

        self.streams = Streams(self.facts, issuer.verifier(), may_hear)

    async def change(self, room_id: str, times: int = 1) -> None:
        room = await self.rooms.find(room_id) or Room(room_id)
        for _ in range(times):
            room = replace(room, version=room.version + 1)
            await self.rooms.save(room, updated(room_id, room.version))

    async def missed(self, after: int | None, *, by: str = "ada", room_id: str = "r") -> Any:
        wanted = Wanted(room_id=room_id, after=after, token=self.issuer.token(by))
        return await self.streams.missed(Wants(rooms=[wanted]))


@pytest.fixture
async def house(db: Database, issuer: Issuer) -> House:
    made = House(db, issuer, "ada")
    await made.relay.prepare()
    await made.facts.prepare()
    return made


async def test_facts_are_found_while_they_wait_and_after_they_were_published(house: House) -> None:
    await house.change("r", 3)
    await house.relay.flush()
    await house.change("r", 2)

    [room] = (await house.missed(1)).rooms

    assert [told.seq for told in room.told] == [2, 3, 4, 5]
    assert room.newest == 5
    assert (room.told[0].frame, room.told[0].type) == ("roomUpdated", RoomUpdated.type)
    assert '"roomName":"name 2"' in room.told[0].body


async def test_a_room_with_nothing_new_is_left_out(house: House) -> None:
    await house.change("r", 2)

    assert (await house.missed(2)).rooms == []
    assert (await house.missed(0, room_id="unknown")).rooms == []


async def test_without_a_number_only_the_newest_is_told(house: House) -> None:
    await house.change("r", 2)

    [room] = (await house.missed(None)).rooms

    assert (room.newest, room.told) == (2, [])


async def test_who_may_not_hear_is_refused_and_told_nothing(house: House) -> None:
    await house.change("r", 2)

    found = await house.missed(0, by="eve")

    assert found.rooms == []
    assert found.refused == ["r"]


async def test_a_token_that_is_no_good_spoils_no_other_answer(house: House) -> None:
    await house.change("r")
    await house.change("s")
    bad = Wanted(room_id="r", after=0, token="no token")
    good = Wanted(room_id="s", after=0, token=house.issuer.token("ada"))

    found = await house.streams.missed(Wants(rooms=[bad, good]))

    assert [room.room_id for room in found.rooms] == ["s"]
    assert found.refused == []


async def test_a_fact_that_is_no_longer_kept_leaves_a_hole_that_shows(
    house: House, db: Database
) -> None:
    await house.change("r", 3)
    await house.relay.flush()
    await db["events"].delete_many({"seq": {"$lte": 2}})

    [room] = (await house.missed(0)).rooms

    assert [told.seq for told in room.told] == [3]
    assert room.newest == 3


async def test_many_facts_come_in_pieces_in_order(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("common.streams.AT_ONCE", 2)
    await house.change("r", 2)
    await house.relay.flush()
    await house.change("r", 3)

    first = (await house.missed(0)).rooms[0]
    second = (await house.missed(first.told[-1].seq)).rooms[0]

    assert [told.seq for told in (*first.told, *second.told)] == [1, 2, 3, 4]
    assert first.newest == 5


async def test_facts_of_another_kind_are_told_too(house: House) -> None:
    await house.change("r")
    room = replace(await house.rooms.get("r"), version=2)
    closed = RoomClosed(
        occurred_at=utc_now(), room_id="r", seq=2, reason="expired", duration_seconds=1
    )
    await house.rooms.save(room, closed)

    [found] = (await house.missed(0)).rooms

    assert [told.frame for told in found.told] == ["roomUpdated", "roomClosed"]
