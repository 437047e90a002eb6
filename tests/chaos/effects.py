"""What services made of the facts they heard, beside what happened: nothing may be missing."""

import time
from asyncio import sleep
from collections import Counter
from collections.abc import AsyncIterator

from common import mongo
from common.events import FACTS
from common.mongo import Client, Document
from common.outbox import ARCHIVE, FIELD
from common.topology import READERS
from notify.domain import INVITATION

_SAID = "chat.message_posted.v1"
_COLLECTIONS = {
    "auth": ("users", "sessions"),
    "rooms": ("rooms", "meetings"),
    "chat": ("messages",),
    "signaling": ("calls",),
    "notify": ("notifications",),
}
"""Where facts wait until they are published."""


async def missing(mongo_url: str) -> Counter[str]:
    """How many effects of each kind are still missing; empty when all is as it happened."""
    client = mongo.connect(mongo_url)
    try:
        found: Counter[str] = Counter()
        async for kind in _all_missing(client):
            found[kind] += 1
        return found
    finally:
        client.close()


async def missing_after(mongo_url: str, *, within: float) -> Counter[str]:
    """What is missing for longer than so many seconds; returns as soon as nothing is."""
    begun = time.monotonic()
    while found := await missing(mongo_url):
        if time.monotonic() > begun + within:
            break
        await sleep(0.5)
    else:
        print(f"all there  {time.monotonic() - begun:.1f} s later")
    return found


async def _all_missing(client: Client) -> AsyncIterator[str]:
    for service, names in _COLLECTIONS.items():
        for name in names:
            waiting = await client[service][name].count_documents(
                {f"{FIELD}.id": {"$exists": True}}
            )
            for _ in range(waiting):
                yield f"{service} has not published"
    async for room in client["rooms"]["rooms"].find({"deleted_at": None}):
        async for kind in _missing_of_room(client, room):
            yield kind
    async for kind in _missing_in_analytics(client):
        yield kind


async def _missing_of_room(client: Client, room: Document) -> AsyncIterator[str]:
    for person in room["participants"]:
        row = {"_id": f"{room['_id']}:{person['user_id']}", "admitted": True}
        for service in ("chat", "signaling", "notify"):
            if await client[service]["access"].count_documents(row) != 1:
                yield f"{service} does not know of a participant"
    for user_id in room["invited"]:
        told = {"related_room_id": room["_id"], "user_id": user_id, "kind": INVITATION}
        if await client["notify"]["notifications"].count_documents(told) != 1:
            yield "not invited, or not once"


async def _missing_in_analytics(client: Client) -> AsyncIterator[str]:
    heard = {each async for each in _ids(client, "analytics", "events")}
    read = {fact.type for fact in READERS["analytics"]}
    for service in {fact.type.partition(".")[0] for fact in FACTS} - {"chat", "gateway"}:
        async for key, kind in _facts(client, service):
            if kind in read and key not in heard:
                yield "not counted by analytics"
    said = await client["chat"]["messages"].count_documents({})
    counted = await client["analytics"]["events"].count_documents({"type": _SAID})
    for _ in range(abs(said - counted)):
        yield "messages not counted by analytics"


async def _ids(client: Client, database: str, name: str) -> AsyncIterator[str]:
    async for each in client[database][name].find({}, {"_id": 1}):
        yield str(each["_id"])


async def _facts(client: Client, service: str) -> AsyncIterator[tuple[str, str]]:
    async for each in client[service][ARCHIVE].find({}, {"type": 1}):
        yield str(each["_id"]), each["type"]
