"""The socket as an AsyncAPI 3.0 document. Pure: documents in, a document out."""

from collections.abc import Iterable, Mapping
from importlib.metadata import version
from typing import Any
from urllib.parse import urlsplit

from common.events import FACTS
from gateway.contract.openapi import renamed
from gateway.realtime.commands import TO

Document = dict[str, Any]

_ID = {"type": "integer", "description": "A number the client chooses; the answer repeats it."}
_EMPTY: Document = {"type": "object"}

OWN_COMMANDS: Mapping[str, Document] = {
    "connect": {
        "type": "object",
        "required": ["token"],
        "properties": {"token": {"type": "string"}},
    },
    "ping": _EMPTY,
}
"""What the gateway answers itself."""

LIVE_EVENTS: Mapping[str, Document] = {
    "typing": {
        "type": "object",
        "properties": {"userId": {"type": "string"}, "displayName": {"type": "string"}},
    },
    "signal": {
        "type": "object",
        "properties": {
            "from": {"type": "string", "description": "A peer id."},
            "description": {"type": "object"},
            "candidate": {"type": ["object", "null"]},
        },
    },
    "trackWatched": {
        "type": "object",
        "properties": {
            "kind": {"type": "string", "description": "`audio`, `camera` or `screen`."},
            "height": {
                "type": "integer",
                "description": "Pixels of the largest view of it; 0: nobody watches.",
            },
        },
    },
    "resync": {"type": "object", "description": "Events may be missing: ask by `seq`."},
}
"""Events that are no facts, so that no class describes them."""


def describe(documents: Mapping[str, Document], public_url: str) -> Document:
    """The socket's frames: commands as the services' own documents say, events as facts say."""
    schemas: Document = {}
    commands = {name: _command(name, data) for name, data in _commands(documents, schemas)}
    events = {name: _event(name, data, ordered) for name, data, ordered in _events(schemas)}
    parts = urlsplit(public_url)
    messages = {**{f"{n}Command": m for n, m in commands.items()}, **events, **_answers()}
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "ConvoConnect socket", "version": version("convo-gateway")},
        "servers": {
            "gateway": {
                "host": parts.netloc,
                "protocol": "wss" if parts.scheme == "https" else "ws",
            }
        },
        "channels": {
            "socket": {
                "address": "/ws",
                "description": "Subprotocol convo.v1; one socket for each client.",
                "messages": {n: {"$ref": f"#/components/messages/{n}"} for n in messages},
            }
        },
        "operations": {
            "takeCommand": _operation("receive", (f"{name}Command" for name in commands)),
            "answer": _operation("send", _answers()),
            "showEvent": _operation("send", events),
        },
        "components": {"messages": messages, "schemas": schemas},
    }


def _operation(action: str, names: Iterable[str]) -> Document:
    return {
        "action": action,
        "channel": {"$ref": "#/channels/socket"},
        "messages": [{"$ref": f"#/channels/socket/messages/{name}"} for name in names],
    }


def _command(name: str, data: Document) -> Document:
    return _message(
        name, {"id": _ID, "type": {"const": name}, "data": data}, required=["id", "type"]
    )


def _event(name: str, data: Document, ordered: bool) -> Document:  # noqa: FBT001
    stream: Document = {"roomId": {"type": "string"}}
    if ordered:
        stream["seq"] = {"type": "integer", "description": "Position in its stream."}
    required = ["type", "data", *(stream if ordered else ())]
    return _message(name, {"type": {"const": name}, **stream, "data": data}, required=required)


def _answers() -> Document:
    number = {"re": {"type": "integer", "description": "The command's `id`."}}
    problem: Document = {"type": "object", "required": ["message", "code", "status"]}
    return {
        "ok": _message("ok", {**number, "type": {"const": "ok"}, "data": _EMPTY}, ["re", "type"]),
        "error": _message(
            "error", {**number, "type": {"const": "error"}, "error": problem}, ["re", "type"]
        ),
    }


def _message(name: str, properties: Document, required: list[str]) -> Document:
    payload = {"type": "object", "required": required, "properties": properties}
    return {"name": name, "contentType": "application/json", "payload": payload}


def _commands(
    documents: Mapping[str, Document], schemas: Document
) -> Iterable[tuple[str, Document]]:
    """Each command with the schema of its data, from the first service that is asked."""
    yield from OWN_COMMANDS.items()
    told = {service: renamed(document, service) for service, document in documents.items()}
    for name, (service, *_) in TO.items():
        variant = _variants(told.get(service, {})).get(name, {})
        data = variant.get("properties", {}).get("data", _EMPTY)
        _collect(data, told.get(service, {}), schemas)
        yield name, data


def _variants(document: Document) -> dict[str, Document]:
    """What `POST /commands` takes, by frame type."""
    body = document.get("paths", {}).get("/commands", {}).get("post", {}).get("requestBody", {})
    schema = body.get("content", {}).get("application/json", {}).get("schema", {})
    choices = schema.get("oneOf") or schema.get("anyOf") or [schema]
    found = [_looked_up(choice, document) for choice in choices]
    return {each["properties"]["type"]["const"]: each for each in found if _is_variant(each)}


def _is_variant(schema: Document) -> bool:
    return "const" in schema.get("properties", {}).get("type", {})


def _looked_up(schema: Document, document: Document) -> Document:
    ref = schema.get("$ref")
    if ref is None:
        return schema
    found: Document = document["components"]["schemas"].get(ref.rpartition("/")[2], {})
    return found


def _collect(node: Any, document: Document, schemas: Document) -> None:
    """Copy the components that `node` refers to, and those that they refer to."""
    if isinstance(node, dict):
        ref = node.get("$ref")
        name = ref.rpartition("/")[2] if isinstance(ref, str) else None
        if name is not None and name not in schemas:
            schemas[name] = _looked_up(node, document)
            _collect(schemas[name], document, schemas)
        for value in node.values():
            _collect(value, document, schemas)
    elif isinstance(node, list):
        for value in node:
            _collect(value, document, schemas)


def _events(schemas: Document) -> Iterable[tuple[str, Document, bool]]:
    for name, data in LIVE_EVENTS.items():
        yield name, data, False
    for fact in FACTS:
        if fact.frame is None:
            continue
        schema = fact.model_json_schema(
            mode="serialization", ref_template="#/components/schemas/{model}"
        )
        schemas.update(schema.pop("$defs", {}))
        yield fact.frame, schema, "seq" in fact.model_fields
