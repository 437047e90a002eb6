"""A room is opened once, whatever happens between its opening and the answer."""

import re
from uuid import uuid4

import httpx

from common.mongo import Database
from common.testing import Issuer
from rooms import names


async def test_a_room_that_was_opened_before_a_crash_is_the_answer_to_the_repeat(
    http: httpx.AsyncClient, issuer: Issuer, db: Database
) -> None:
    headers = issuer.bearer("ada") | {"Idempotency-Key": "k1"}
    wanted = {"roomName": "Tea", "participants": ["bob"]}
    first = await http.post("/rooms", json=wanted, headers=headers)
    # The process died before it kept the answer, longer than a minute ago.
    await db["idempotency"].update_one(
        {},
        [
            {"$unset": ["status", "answer", "type"]},
            {"$set": {"at": {"$subtract": ["$at", 61_000]}}},
        ],
    )

    again = await http.post("/rooms", json=wanted, headers=headers)

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert await db["rooms"].count_documents({}) == 1


def test_ids_of_rooms_use_every_random_bit() -> None:
    ids = [names.room_id(uuid4()) for _ in range(2_000)]

    assert all(re.fullmatch(r"([a-km-np-z2-9]{4}-){2}[a-km-np-z2-9]{4}", each) for each in ids)
    for place in (*range(4), *range(5, 9), *range(10, 14)):
        assert len({each[place] for each in ids}) == 32
