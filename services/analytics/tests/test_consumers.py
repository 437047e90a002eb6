"""Every kind of fact, with something to recognise in each of its texts."""

import json

import aio_pika
import pytest

from analytics.consumers import subscriptions
from analytics.repository import EventRepository
from common.events import FACTS, GatewayAlive, MessagePosted, Personal, WorkerAlive
from common.testing import NOON, eventually
from common.topology import EVENTS, READERS

CONFIDENCE = "told in confidence"


def texts(model, at=""):
    """Each text field of a fact as `path: marked`, read from the declarations themselves."""
    found = {}
    for name, field in model.model_fields.items():
        path = f"{at}{field.alias or name}"
        if hasattr(field.annotation, "model_fields"):
            found |= texts(field.annotation, at=f"{path}.")
        else:
            found[path] = Personal in field.metadata or "Personal" in repr(field.annotation)
    return found


def written(schema, whole, marked, path=""):
    """Something the schema allows, with `CONFIDENCE` in what is marked personal."""
    if "$ref" in schema:
        schema = whole["$defs"][schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema:
        return written(schema["anyOf"][0], whole, marked, path)
    if "enum" in schema:
        return schema["enum"][0]
    kind = (schema["type"], schema.get("format"))
    if kind == ("object", None):
        return {
            name: written(each, whole, marked, f"{path}.{name}".lstrip("."))
            for name, each in schema["properties"].items()
        }
    if kind == ("array", None):
        return [written(schema["items"], whole, marked, path)]
    if kind == ("string", None) and marked[path]:
        return CONFIDENCE
    return {
        ("string", "date-time"): NOON.isoformat(),
        ("string", "uuid"): "00000000-0000-4000-8000-000000000000",
        ("string", None): "x",
        ("integer", None): 1,
        ("number", None): 1.5,
        ("boolean", None): True,
    }[kind]


def example(fact):
    schema = fact.model_json_schema()
    return fact.model_validate(written(schema, schema, texts(fact)))


def reaction(db, event):
    reactions = subscriptions(EventRepository(db))
    [react] = [each.react for each in reactions if each.event is type(event)]
    return react


@pytest.mark.parametrize(
    "fact",
    [fact for fact in FACTS if fact not in {GatewayAlive, WorkerAlive}],
    ids=lambda fact: fact.type,
)
async def test_every_fact_is_kept_once_and_without_what_is_personal(db, fact):
    event = example(fact)
    assert (CONFIDENCE in event.model_dump_json()) == any(texts(fact).values())
    react = reaction(db, event)

    await react(event)
    await react(event)

    [kept] = await db["events"].find().to_list(2)
    assert kept["_id"] == str(event.event_id)
    assert (kept["type"], kept["at"], kept["day"]) == (fact.type, NOON, "2026-01-02")
    assert kept["subject"] == event.subject()
    assert CONFIDENCE not in json.dumps(kept, default=str, ensure_ascii=False)


def test_the_check_above_knows_what_is_personal_in_some_facts_at_least():
    marked = {
        fact.type: {path for path, is_marked in texts(fact).items() if is_marked} for fact in FACTS
    }

    assert marked["chat.message_posted.v1"] == {"senderName", "message"}
    assert marked["signaling.peer_joined.v1"] == {"peer.displayName"}
    assert marked["media.file_stored.v1"] == {"name"}
    assert marked["gateway.gateway_alive.v1"] == set()


def test_what_it_reads_is_what_the_topology_says(db):
    read = {each.event for each in subscriptions(EventRepository(db))}

    assert read == set(READERS["analytics"])


async def test_what_is_said_on_the_bus_is_counted(http, issuer, amqp_url, db):
    said = example(MessagePosted)
    async with await aio_pika.connect(amqp_url) as connection:
        exchange = await (await connection.channel()).get_exchange(EVENTS)
        message = aio_pika.Message(said.model_dump_json().encode(), type=said.type)
        await exchange.publish(message, said.type)
        await exchange.publish(message, said.type)

        assert await eventually(lambda: db["events"].count_documents({})) == 1
