import json
from typing import Annotated, Any, Literal

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from pydantic import BaseModel, Field

from common.events import FACTS
from common.frames import Command, Reply
from gateway.contract import asyncapi, openapi
from gateway.realtime.commands import TO
from gateway.rest.routing import ALIASES

from .servers import Asked, Platform


class Tea(BaseModel):
    kind: str


class Pot(BaseModel):
    tea: Tea


class Words(BaseModel):
    room_id: str
    message: str


class ChatMessage(Command):
    type: Literal["chatMessage"]
    data: Words


class Typing(Command):
    type: Literal["typing"]
    data: dict[str, str]


def rooms() -> dict[str, Any]:
    app = FastAPI()

    @app.post("/rooms", status_code=201, responses={409: {"description": "Taken"}})
    def open_room(body: Pot) -> Tea:
        """Open a room."""

    @app.get("/rooms/{room_id}")
    def see_room(room_id: str) -> Pot: ...

    @app.get("/rooms/{room_id}/access/{user_id}")
    def access(room_id: str, user_id: str) -> Tea: ...

    @app.get("/elsewhere")
    def elsewhere() -> Tea: ...

    return app.openapi()


def chat() -> dict[str, Any]:
    app = FastAPI()
    router = APIRouter()

    @app.post("/chat/message")
    def post(body: Tea) -> Tea: ...

    def command(
        frame: Annotated[ChatMessage | Typing, Field(discriminator="type")],
    ) -> Reply: ...

    router.add_api_route("/commands", command, methods=["POST"])
    app.include_router(router)
    return app.openapi()


@pytest.fixture(scope="module")
def merged() -> dict[str, Any]:
    return openapi.merge({"rooms": rooms(), "chat": chat()})


def test_paths_are_those_of_the_gateway(merged: dict[str, Any]) -> None:
    canonical = {"/api/rooms", "/api/rooms/{room_id}", "/api/chat/message"}
    aliases = {alias.path.replace("{roomId}", "{room_id}") for alias in ALIASES}

    assert canonical <= merged["paths"].keys()
    assert merged["paths"].keys() <= canonical | aliases
    assert "/api/meetings/{room_id}" in merged["paths"]
    assert "/meetings" in merged["paths"]
    assert "/chat/message" in merged["paths"]
    assert "/api/auth/signup" not in merged["paths"], "auth did not answer"


def test_an_alias_says_what_it_stands_for(merged: dict[str, Any]) -> None:
    alias = merged["paths"]["/api/meetings/{room_id}"]["get"]
    canonical = merged["paths"]["/api/rooms/{room_id}"]["get"]

    assert alias["summary"] == "The same as GET /api/rooms/{roomId}"
    assert alias["responses"] == canonical["responses"]
    assert alias["parameters"] == canonical["parameters"]


def test_names_are_unique(merged: dict[str, Any]) -> None:
    ids = [
        operation["operationId"] for item in merged["paths"].values() for operation in item.values()
    ]

    assert len(ids) == len(set(ids))
    assert {"RoomsTea", "RoomsPot", "ChatTea", "Problem"} <= merged["components"]["schemas"].keys()


def test_every_reference_leads_somewhere(merged: dict[str, Any]) -> None:
    for document in (merged, asyncapi.describe({"chat": chat()}, "https://meet.test")):
        for ref in _refs(document):
            node: Any = document
            for part in ref.removeprefix("#/").split("/"):
                node = node[part]


def _refs(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [ref for value in node.values() for ref in _refs(value)]
    if isinstance(node, list):
        return [ref for value in node for ref in _refs(value)]
    return []


def test_refusals_are_problems(merged: dict[str, Any]) -> None:
    answers = merged["paths"]["/api/rooms"]["post"]["responses"]
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}

    assert {"201", "400", "401", "409", "422", "429", "503", "default"} == answers.keys()
    assert all(answers[status]["content"] == problem for status in answers if status != "201")
    assert answers["409"]["description"] == "Taken"


def test_who_needs_a_token_is_said(merged: dict[str, Any]) -> None:
    assert merged["paths"]["/api/rooms"]["post"]["security"] == [{"bearer": []}]
    assert "bearer" in merged["components"]["securitySchemes"]

    app = FastAPI()
    app.add_api_route("/auth/login", lambda: None, methods=["POST"])
    auth = openapi.merge({"auth": app.openapi()})
    assert auth["paths"]["/api/auth/login"]["post"]["security"] == []
    assert auth["paths"]["/auth/login"]["post"]["security"] == []


def test_every_command_and_every_shown_fact_is_described() -> None:
    told = asyncapi.describe({"chat": chat()}, "https://meet.test")
    messages = told["components"]["messages"]

    assert told["asyncapi"] == "3.0.0"
    assert told["servers"]["gateway"] == {"host": "meet.test", "protocol": "wss"}
    for name in (*TO, "connect", "ping"):
        assert f"{name}Command" in messages
    for fact in FACTS:
        assert fact.frame is None or fact.frame in messages
    assert {"ok", "error", "typing", "signal", "trackWatched", "resync"} <= messages.keys()
    data = messages["chatMessageCommand"]["payload"]["properties"]["data"]
    assert data == {"$ref": "#/components/schemas/ChatWords"}
    assert "message" in told["components"]["schemas"]["ChatWords"]["properties"]
    event = messages["chatMessage"]["payload"]
    assert event["required"] == ["type", "data", "roomId", "seq"]
    assert "senderName" in event["properties"]["data"]["properties"]
    json.dumps(told)


def test_commands_of_a_missing_service_are_described_without_their_data() -> None:
    told = asyncapi.describe({}, "http://localhost:8080")

    data = told["components"]["messages"]["joinRoomCommand"]["payload"]["properties"]["data"]
    assert data == {"type": "object"}
    assert told["servers"]["gateway"]["protocol"] == "ws"


async def test_the_documents_are_served_and_missing_services_left_out(
    gateway: httpx.AsyncClient, platform: Platform
) -> None:
    async def document(_: Asked) -> Any:
        return 200, {}, json.dumps(rooms()).encode()

    async def broken(_: Asked) -> Any:
        return 500, {}, b"oops"

    async def nonsense(_: Asked) -> Any:
        return 200, {}, b"nonsense"

    for name in ("auth", "chat", "media", "notify", "analytics"):
        platform.answers[f"{name}/openapi.json"] = broken
    platform.answers["signaling/openapi.json"] = nonsense
    platform.answers["rooms/openapi.json"] = document

    rest = (await gateway.get("/api/openapi.json")).json()
    socket = (await gateway.get("/api/asyncapi.json")).json()
    await gateway.get("/api/openapi.json")

    assert rest["info"]["title"] == "ConvoConnect"
    assert "/api/rooms" in rest["paths"]
    assert socket["asyncapi"] == "3.0.0"
    assert len(platform.of("/openapi.json")) == 7, "the answers are kept a while"
