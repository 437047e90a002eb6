"""P2: whoever sends a message again, for as long as they like, has sent it once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from common import mongo
from common.mongo import Document
from tests.chaos.audience import Doors
from tests.chaos.cluster import Cluster, Layout, running
from tests.chaos.people import Ids, Person
from tests.chaos.proxy import Proxy
from tests.chaos.sockets import Lost, Refused, Socket

LOST = 0.3
"""Share of the answers that never arrive."""
AT_ONCE = 8
MESSAGES = 40
_NO_DEDUPE = {"chat": "tests.chaos.controls.no_dedupe"}


class Writer:
    """Somebody alone in a room, who knows what is stored there."""

    def __init__(self, cluster: Cluster, person: Person, room: str) -> None:
        self.person = person
        self.room = room
        self._cluster = cluster

    async def posts(self, client_id: str, text: str) -> httpx.Response:
        """By REST, once. Raises `httpx.TransportError` when no answer comes."""
        return await self.person.ask("POST", "/api/chat/message", self._message(client_id, text))

    async def insists(self, client_id: str, text: str) -> httpx.Response:
        """By REST, until there is a yes or no."""
        body = self._message(client_id, text)
        return await self.person.until_answered("POST", "/api/chat/message", body)

    def _message(self, client_id: str, text: str) -> dict[str, str]:
        return {"roomId": self.room, "message": text, "clientId": client_id}

    async def stored(self) -> list[Document]:
        client = mongo.connect(self._cluster.mongo_url)
        found = client["chat"]["messages"].find({"room_id": self.room}).sort("_id", mongo.ASCENDING)
        documents = await found.to_list(None)
        client.close()
        return documents


@asynccontextmanager
async def writing(cluster: Cluster, *, lost: float = 0.0) -> AsyncIterator[Writer]:
    """A writer whose way to the first gateway loses some of the answers."""
    behind = urlsplit(cluster.gateways[0]).port
    assert behind
    async with Proxy("client", behind) as way:
        person = await Person.registered(Doors([f"http://127.0.0.1:{way.port}"]), "writer")
        room = await person.opens_a_room()
        way.suffer("forget", lost)
        yield Writer(cluster, person, room)
        way.heal()
        await person.leaves()
    await cluster.ready()


async def until_answered(writer: Writer, client_id: str) -> int:
    """Post the same until an answer arrives; returns the number it names."""
    while True:
        try:
            answer = await writer.posts(client_id, f"said {client_id}")
        except httpx.TransportError:
            continue
        if answer.is_success:
            return int(answer.json()["seq"])
        assert answer.status_code in {429, 503}, answer.text


def by_client_id(stored: list[Document]) -> dict[str, int]:
    """The number of each message, of which there must be one each."""
    assert [each["seq"] for each in stored] == list(range(1, len(stored) + 1))
    numbers = {each["client_id"]: each["seq"] for each in stored}
    assert len(numbers) == len(stored), "a message is there twice"
    return numbers


async def test_a_message_whose_answers_are_lost_is_stored_once(cluster: Cluster):
    async with writing(cluster, lost=LOST) as writer:
        ids = Ids("lost")
        told = {each: await until_answered(writer, each) for each in _some(ids)}
        stored = by_client_id(await writer.stored())

    assert stored == told


async def test_a_message_sent_many_times_at_once_is_stored_once(cluster: Cluster):
    async with writing(cluster) as writer:
        ids = Ids("at-once")
        told = {
            each: await asyncio.gather(*(until_answered(writer, each) for _ in range(AT_ONCE)))
            for each in _some(ids)
        }
        stored = by_client_id(await writer.stored())

    assert {each: set(seqs) for each, seqs in told.items()} == {
        each: {seq} for each, seq in stored.items()
    }


async def test_another_text_under_the_same_client_id_is_refused(cluster: Cluster):
    async with writing(cluster) as writer:
        client_id = Ids("reused").next()
        first = await writer.insists(client_id, "one thing")
        other = await writer.insists(client_id, "another thing")
        stored = await writer.stored()

    assert first.is_success
    assert other.status_code == HTTPStatus.CONFLICT, other.text
    assert [each["message"] for each in stored] == ["one thing"]


@pytest.mark.chaos
async def test_a_socket_that_loses_answers_stores_each_message_once(cluster: Cluster):
    async with writing(cluster, lost=LOST) as writer:
        socket = Socket(writer.person)
        talking = asyncio.create_task(socket.run())
        ids = Ids("socket")
        told = {each: await _said_by_socket(socket, writer, each) for each in _some(ids)}
        talking.cancel()
        stored = by_client_id(await writer.stored())

    assert stored == told


@pytest.mark.chaos
async def test_a_message_is_known_again_after_chat_was_restarted(cluster: Cluster):
    async with writing(cluster) as writer:
        ids = list(_some(Ids("restart")))
        told = {each: await until_answered(writer, each) for each in ids}
        for name in ("chat-1", "chat-2"):
            await cluster.supervisor.replace(name)
        again = {each: await until_answered(writer, each) for each in ids}
        stored = by_client_id(await writer.stored())

    assert stored == told == again


@pytest.mark.chaos
async def test_client_ids_are_remembered_for_ever(cluster: Cluster):
    client = mongo.connect(cluster.mongo_url)
    indexes = await client["chat"]["messages"].index_information()
    client.close()

    assert any(each.get("unique") and "client_id" in str(each["key"]) for each in indexes.values())
    assert not any("expireAfterSeconds" in each for each in indexes.values())


@pytest.mark.chaos
async def test_a_chat_that_forgets_client_ids_stores_messages_twice(tmp_path: Path):
    async with (
        running(tmp_path, Layout(modules=_NO_DEDUPE)) as forgetful,
        writing(forgetful, lost=LOST) as writer,
    ):
        ids = list(_some(Ids("twice")))
        for each in ids:
            await until_answered(writer, each)
        stored = await writer.stored()

    assert len(stored) > len(ids)


def _some(ids: Ids) -> list[str]:
    return [ids.next() for _ in range(MESSAGES)]


async def _said_by_socket(socket: Socket, writer: Writer, client_id: str) -> int:
    said = {"roomId": writer.room, "message": f"said {client_id}", "clientId": client_id}
    while True:
        await socket.is_open.wait()
        try:
            return int((await socket.ask("chatMessage", **said))["seq"])
        except Lost:
            continue
        except Refused as refused:
            if not refused.passes:
                raise
