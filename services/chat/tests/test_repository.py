from dataclasses import replace
from datetime import timedelta

import pytest

from chat import domain
from chat.domain import Draft, Message
from chat.repository import MessageRepository, as_document
from common.mongo import BulkWriteError, Database
from common.testing import NOON

MINUTE = timedelta(minutes=1)


def message(seq: int, *, client_id: str | None = None, room_id: str = "tea") -> Message:
    draft = Draft(room_id, "ada", "Ada", f"message {seq}", client_id=client_id)
    return domain.append([draft], [], last=seq - 1, at=NOON).new[0]


def documents(*messages: Message):
    return [as_document(each) for each in messages]


@pytest.fixture
async def log(db: Database) -> MessageRepository:
    messages = MessageRepository(db)
    await messages.prepare()
    return messages


async def test_a_message_comes_back_as_it_was_stored(log: MessageRepository) -> None:
    said = message(1, client_id="c1")

    assert await log.append(documents(said)) == 1

    assert await log.page("tea", limit=10) == [said]


async def test_a_number_that_is_taken_ends_a_batch(log: MessageRepository) -> None:
    await log.append(documents(message(3)))

    stored = await log.append(documents(message(1), message(2), message(3), message(4)))

    assert stored == 2
    assert await log.last("tea") == 3


async def test_a_client_id_that_is_taken_ends_a_batch(log: MessageRepository) -> None:
    await log.append(documents(message(1, client_id="c1")))

    stored = await log.append(documents(message(2), message(3, client_id="c1"), message(4)))

    assert stored == 1
    assert await log.last("tea") == 2


async def test_another_error_than_a_collision_is_not_taken_for_one(
    log: MessageRepository, db: Database
) -> None:
    await db.command("collMod", "messages", validator={"no_such_field": {"$exists": True}})

    with pytest.raises(BulkWriteError):
        await log.append(documents(message(1)))


async def test_only_the_drafts_own_client_ids_are_found(log: MessageRepository) -> None:
    mine, theirs = message(1, client_id="c1"), message(2, client_id="c2")
    await log.append(documents(mine, theirs, message(3)))

    assert await log.stored("tea", [Draft("tea", "ada", "Ada", "x", client_id="c1")]) == [mine]
    assert await log.stored("tea", [Draft("tea", "eve", "Eve", "x", client_id="c1")]) == []
    assert await log.stored("two", [Draft("two", "ada", "Ada", "x", client_id="c1")]) == []
    assert await log.stored("tea", [Draft("tea", "ada", "Ada", "x")]) == []


@pytest.mark.parametrize(
    ("after", "before", "limit", "seqs"),
    [
        (None, None, 3, [7, 8, 9]),
        (None, 7, 3, [4, 5, 6]),
        (None, 2, 3, [1]),
        (None, 1, 3, []),
        (0, None, 3, [1, 2, 3]),
        (7, None, 3, [8, 9]),
        (9, None, 3, []),
        (2, 5, 9, [3, 4]),
        (2, 9, 2, [3, 4]),
    ],
)
async def test_a_page_is_oldest_first_whichever_way_it_goes(
    log: MessageRepository, after, before, limit, seqs
) -> None:
    await log.append(documents(*(message(seq) for seq in range(1, 10))))

    page = await log.page("tea", after=after, before=before, limit=limit)

    assert [each.seq for each in page] == seqs


async def test_what_was_written_since_a_number_or_a_moment_ends_at_the_newest(
    log: MessageRepository,
) -> None:
    minutes = [replace(message(n), timestamp=NOON + n * MINUTE) for n in range(1, 6)]
    await log.append(documents(*minutes, message(9, room_id="tea:1")))

    assert await log.written_since("tea", after=3, limit=9) == minutes[3:]
    assert await log.written_since("tea", since=NOON + 2 * MINUTE, limit=9) == minutes[1:]
    assert await log.written_since("tea", since=NOON, limit=2) == minutes[3:]
    assert await log.written_since("tea", after=5, limit=9) == []


async def test_rooms_with_similar_ids_do_not_mix(log: MessageRepository) -> None:
    await log.append(documents(message(1), message(1, room_id="tea:1"), message(1, room_id="tea1")))

    assert [each.room_id for each in await log.page("tea", limit=10)] == ["tea"]
    await log.delete_room("tea")
    assert await log.last("tea") == 0
    assert await log.last("tea:1") == await log.last("tea1") == 1


async def test_a_document_of_another_version_is_read(log: MessageRepository, db: Database) -> None:
    await log.append(documents(message(1)))
    await db["messages"].update_one({}, {"$set": {"reactions": ["👍"]}, "$unset": {"outbox": 1}})

    assert await log.page("tea", limit=1) == [message(1)]
