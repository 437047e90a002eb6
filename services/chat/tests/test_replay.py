from datetime import timedelta

from chat.domain import Draft
from chat.log import told
from chat.repository import MessageRepository
from chat.writers import Writers
from common import replay
from common.clock import utc_now
from common.events import MessagePosted
from common.mongo import Database
from common.outbox import FIELD


async def never(_: str) -> bool:
    return False


async def test_messages_are_told_again_as_the_facts_they_were(db: Database) -> None:
    messages = MessageRepository(db)
    await messages.prepare()
    async with Writers(messages, never, utc_now) as writers:
        for text, room in (("one", "b"), ("two", "a"), ("three", "b")):
            await writers.post(Draft(room, "ada", "Ada", text))
    first = {
        entry["id"]: entry["body"]
        async for document in db["messages"].find({})
        for entry in document[FIELD]
    }
    await db["messages"].update_many({}, {"$set": {FIELD: []}})  # as the relay leaves them

    again = [fact async for fact in told(db, utc_now() - timedelta(hours=1))]

    assert [MessagePosted.parse(fact.body).message for fact in again] == ["one", "two", "three"]
    assert {fact.id: fact.body for fact in again} == first


async def test_what_was_said_before_the_moment_is_left_out(db: Database) -> None:
    messages = MessageRepository(db)
    async with Writers(messages, never, utc_now) as writers:
        await writers.post(Draft("a", "ada", "Ada", "long ago"))

    assert [fact async for fact in told(db, utc_now() + timedelta(seconds=1))] == []


def test_a_replay_finds_them() -> None:
    assert replay.archives(["chat", "rooms"]) == {"chat": told, "rooms": replay.archived}
