import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import pytest

from chat.domain import ClientIdReused, Draft, Message
from chat.repository import MessageRepository
from chat.writers import MOST_WAITING, NotStored, RoomBusy, Writers
from common.clock import utc_now
from common.mongo import Client, Database
from common.testing import NOON, eventually


def wants(text: str, client_id: str | None = None, *, sender: str = "ada") -> Draft:
    return Draft("tea", sender, sender.title(), text, client_id=client_id)


async def never(_: str) -> bool:
    return False


@pytest.fixture
async def log(db: Database) -> MessageRepository:
    messages = MessageRepository(db)
    await messages.prepare()
    return messages


@pytest.fixture
async def writers(log: MessageRepository) -> AsyncIterator[Writers]:
    async with Writers(log, never, utc_now) as running:
        yield running


def without_gap(messages) -> bool:
    return [each.seq for each in messages] == list(range(1, len(messages) + 1))


async def test_fifty_at_once_leave_no_gap(writers: Writers, log: MessageRepository) -> None:
    answers = await asyncio.gather(*(writers.post(wants(f"{n}", f"c{n}")) for n in range(50)))

    kept = await log.page("tea", limit=100)
    assert without_gap(kept)
    assert len(kept) == 50
    assert kept == sorted(answers, key=lambda each: each.seq)
    assert [each.message for each in kept] == [f"{n}" for n in range(50)]


async def test_two_writers_of_one_room_leave_no_gap(log: MessageRepository, db: Database) -> None:
    async with (
        Writers(log, never, utc_now) as one,
        Writers(MessageRepository(db), never, utc_now) as other,
    ):

        async def talk(writers: Writers, name: str) -> list[Message]:
            return [await writers.post(wants(f"{name}{n}")) for n in range(15)]

        talks = [talk(writers, f"{name}-") for writers in (one, other) for name in "abc"]
        answers = [each for said in await asyncio.gather(*talks) for each in said]

    kept = await log.page("tea", limit=200)
    assert without_gap(kept)
    assert len(kept) == 90
    assert kept == sorted(answers, key=lambda each: each.seq)


async def test_one_client_id_makes_one_message_however_often_and_wherever_it_is_sent(
    log: MessageRepository, db: Database
) -> None:
    async with (
        Writers(log, never, utc_now) as one,
        Writers(MessageRepository(db), never, utc_now) as other,
    ):
        both = [each.post(wants("Hello", "c1")) for each in (one, other) for _ in range(8)]
        answers = await asyncio.gather(*both)
        later = await other.post(wants("Hello", "c1"))

    assert {each.id for each in answers} == {later.id}
    assert await log.page("tea", limit=10) == [later]


async def test_a_used_client_id_is_refused_for_another_message(writers: Writers) -> None:
    await writers.post(wants("Hello", "c1"))

    with pytest.raises(ClientIdReused):
        await writers.post(wants("Goodbye", "c1"))
    assert (await writers.post(wants("Goodbye", "c2"))).seq == 2
    assert (await writers.post(wants("Hello", "c1", sender="bob"))).seq == 3


async def test_more_than_can_wait_is_refused_and_leaves_no_gap(
    writers: Writers, log: MessageRepository
) -> None:
    posts = (writers.post(wants(f"{n}")) for n in range(MOST_WAITING + 5))

    answers = await asyncio.gather(*posts, return_exceptions=True)

    refused = [each for each in answers if isinstance(each, RoomBusy)]
    assert len(refused) == 5
    assert await log.last("tea") == MOST_WAITING
    assert (await writers.post(wants("again"))).seq == MOST_WAITING + 1


async def test_the_writer_of_a_silent_room_ends_and_another_goes_on(
    log: MessageRepository,
) -> None:
    async with Writers(log, never, utc_now, idle=0.01) as writers:
        await writers.post(wants("Hello"))

        async def ended() -> bool:
            return not writers.rooms

        await eventually(ended)
        assert (await writers.post(wants("Again"))).seq == 2


async def test_who_does_not_wait_for_the_answer_harms_nobody(
    writers: Writers, log: MessageRepository
) -> None:
    gone = asyncio.create_task(writers.post(wants("gone")))
    await asyncio.sleep(0)
    gone.cancel()

    assert (await writers.post(wants("here"))).seq == 2
    assert [each.message for each in await log.page("tea", limit=9)] == ["gone", "here"]


async def test_a_bug_is_told_to_who_asked_and_leaves_no_dead_writer(
    log: MessageRepository,
) -> None:
    moments: Iterator = iter([ZeroDivisionError(), NOON])

    def broken_once():
        if isinstance(moment := next(moments), Exception):
            raise moment
        return moment

    async with Writers(log, never, broken_once) as writers:
        with pytest.raises(ZeroDivisionError):
            await writers.post(wants("a"))

        assert (await writers.post(wants("b"))).seq == 1


async def test_what_still_waits_when_chat_stops_is_to_be_sent_again(
    log: MessageRepository,
) -> None:
    async with Writers(log, never, utc_now) as writers:
        waiting = asyncio.create_task(writers.post(wants("a")))
        await asyncio.sleep(0)

    with pytest.raises(NotStored):
        await waiting


async def test_a_message_that_was_on_its_way_when_its_room_was_deleted_goes_too(
    log: MessageRepository,
) -> None:
    async def deleted(room_id: str) -> bool:
        return room_id == "tea"

    async with Writers(log, deleted, utc_now) as writers:
        await writers.post(wants("late"))

        async def is_gone() -> bool:
            return await log.last("tea") == 0

        await eventually(is_gone)


async def test_a_store_that_refuses_is_not_an_answer(
    writers: Writers, log: MessageRepository, db: Database
) -> None:
    await db.command("collMod", "messages", validator={"no_such_field": {"$exists": True}})

    with pytest.raises(NotStored):
        await writers.post(wants("a", "c1"))

    await db.command("collMod", "messages", validator={})
    assert (await writers.post(wants("a", "c1"))).seq == 1


async def test_a_writer_that_always_comes_second_gives_up_for_now(
    log: MessageRepository, db: Database
) -> None:
    await db["messages"].create_index("room_id", unique=True)
    async with Writers(log, never, utc_now) as writers:
        await writers.post(wants("first"))

        with pytest.raises(NotStored):
            await writers.post(wants("second"))


class Wire:
    """A connection to MongoDB that can be cut, or lose the answers to what was written."""

    def __init__(self, url: str) -> None:
        target = urlsplit(url)
        self._target = target.hostname, target.port
        self._open: set[asyncio.StreamWriter] = set()
        self.port = 0
        self.loses_answers = False

    async def mend(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    def cut(self) -> None:
        self._server.close()
        for each in self._open:
            each.transport.abort()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(*self._target)
        self._open |= {writer, back}
        wrote = asyncio.Event()

        async def ask() -> None:
            while chunk := await reader.read(1 << 20):
                if b"\x02insert\0" in chunk:
                    wrote.set()
                back.write(chunk)

        async def answer() -> None:
            while chunk := await there.read(1 << 20):
                if wrote.is_set() and self.loses_answers:
                    break
                wrote.clear()
                writer.write(chunk)

        for pumping in (asyncio.create_task(ask()), asyncio.create_task(answer())):
            pumping.add_done_callback(lambda done: (done.exception(), writer.close(), back.close()))


@asynccontextmanager
async def through_a_wire(mongo_url: str, db: Database):
    wire = Wire(mongo_url)
    await wire.mend()
    client: Client = Client(
        f"mongodb://127.0.0.1:{wire.port}/?directConnection=true",
        tz_aware=True,
        w="majority",
        journal=True,
        serverSelectionTimeoutMS=200,
    )
    try:
        async with Writers(MessageRepository(client[db.name]), never, utc_now) as writers:
            yield wire, writers
    finally:
        # In a thread: closing says goodbye through the wire, which this loop serves.
        await asyncio.to_thread(client.close)
        wire.cut()


async def until_stored(writers: Writers, draft: Draft) -> Message:
    async def stored() -> Message | None:
        try:
            return await writers.post(draft)
        except NotStored:
            return None

    return await eventually(stored)


async def test_a_store_that_is_away_is_no_gap(
    mongo_url: str, db: Database, log: MessageRepository
) -> None:
    async with through_a_wire(mongo_url, db) as (wire, writers):
        await writers.post(wants("one", "c1"))
        wire.cut()
        with pytest.raises(NotStored):
            await writers.post(wants("two", "c2"))
        await wire.mend()
        await until_stored(writers, wants("two", "c2"))

    assert [each.message for each in await log.page("tea", limit=9)] == ["one", "two"]


async def test_a_message_whose_answer_was_lost_is_the_same_when_sent_again(
    mongo_url: str, db: Database, log: MessageRepository
) -> None:
    async with through_a_wire(mongo_url, db) as (wire, writers):
        wire.loses_answers = True
        with pytest.raises(NotStored):
            await writers.post(wants("one", "c1"))
        (stored,) = await log.page("tea", limit=9)
        wire.loses_answers = False

        assert await until_stored(writers, wants("one", "c1")) == stored
        assert (await until_stored(writers, wants("two", "c2"))).seq == 2

    assert len(await log.page("tea", limit=9)) == 2
