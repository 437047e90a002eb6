"""Somebody with an account who tries whether calls work, through the gateway only."""

import json
import os
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidHandshake, WebSocketException
from websockets.typing import Origin, Subprotocol

from stack.trouble import Trouble

_PATIENCE = 10.0


@dataclass
class Person:
    http: httpx.AsyncClient
    """Knows the platform's address."""

    origin: str
    token: str = field(repr=False)

    async def asks(self, method: str, path: str, body: object = None) -> Any:
        """Return the answer's JSON.

        Raises:
            Trouble: The platform says no.
        """
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": secrets.token_hex()}
        answer = await self.http.request(method, path, json=body, headers=headers)
        if answer.is_error:
            raise Trouble(
                f"{method} {path} was answered with {answer.status_code}.",
                remedy="The services' logs say why; `make status` shows what runs.",
            )
        return answer.json() if answer.content else None


async def signed_in(
    http: httpx.AsyncClient, origin: str, kept: Path, settings: Mapping[str, str]
) -> Person:
    """Sign in as whom `CONVO_DOCTOR_USER` names, or with an account of the doctor's own.

    The latter is made once for each platform and kept in the file `kept`.

    Raises:
        Trouble: Neither is allowed.
    """
    user, password = settings.get("CONVO_DOCTOR_USER"), settings.get("CONVO_DOCTOR_PASSWORD")
    if user and password:
        token = await _log_in(http, user, password)
        if token is None:
            raise Trouble(
                f"{user} cannot sign in.",
                remedy="Correct CONVO_DOCTOR_USER and CONVO_DOCTOR_PASSWORD.",
            )
        return Person(http, origin, token)
    accounts = _kept(kept)
    if login := accounts.get(origin):
        token = await _log_in(http, login["username"], login["password"])
        if token is not None:
            return Person(http, origin, token)
    login = await _registered(http)
    _keep(kept, {**accounts, origin: login})
    token = await _log_in(http, login["username"], login["password"])
    if token is None:
        raise Trouble("A new account cannot sign in.", remedy="The log of auth says why.")
    return Person(http, origin, token)


async def _registered(http: httpx.AsyncClient) -> dict[str, str]:
    name = f"doctor{secrets.token_hex(6)}"
    login = {"username": name, "password": secrets.token_urlsafe(24)}
    email = f"{name}@example.org"
    answer = await http.post("/api/auth/register", json={**login, "email": email})
    if answer.is_error:
        raise Trouble(
            f"No account could be made: {answer.status_code}.",
            remedy="Set CONVO_DOCTOR_USER and CONVO_DOCTOR_PASSWORD to those of an account.",
        )
    return login


def _kept(path: Path) -> dict[str, dict[str, str]]:
    return dict(json.loads(path.read_text())) if path.is_file() else {}


def _keep(path: Path, accounts: Mapping[str, Mapping[str, str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(accounts, file)


async def _log_in(http: httpx.AsyncClient, user: str, password: str) -> str | None:
    answer = await http.post("/api/auth/login", json={"username": user, "password": password})
    return None if answer.is_error else str(answer.json()["token"])


class Line:
    """An authenticated socket; asks one thing after the other."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._asked = 0

    async def ask(self, kind: str, **data: object) -> Any:
        """Return the data of the answer; events meanwhile are not of interest.

        Raises:
            Trouble: The platform refuses.
        """
        self._asked += 1
        await self._socket.send(json.dumps({"id": self._asked, "type": kind, "data": data}))
        async for text in self._socket:
            frame = json.loads(text)
            if frame.get("re") != self._asked:
                continue
            if frame["type"] == "ok":
                return frame["data"]
            raise Trouble(
                f"`{kind}` was refused: {frame['error']['detail']}",
                remedy="The log of signaling says why; `make status` shows what runs.",
            )
        raise Trouble(f"The socket was closed at `{kind}`.", remedy="The gateway's log says why.")


@asynccontextmanager
async def online(url: str, person: Person) -> AsyncIterator[Line]:
    """Open the person's socket at the gateway.

    Raises:
        Trouble: It does not open.
    """
    address = url.replace("http", "ws", 1) + "/ws"
    try:
        socket = await connect(
            address,
            subprotocols=[Subprotocol("convo.v1")],
            origin=Origin(person.origin),
            compression=None,
            open_timeout=_PATIENCE,
            proxy=None,
        )
    except (InvalidHandshake, OSError) as refused:
        raise Trouble(
            f"The WebSocket at {address} does not open: {refused}.",
            remedy="A proxy in front has to pass the upgrade on /ws on and keep the Host header; "
            f"CONVO_PUBLIC_URL has to be {_origin(url)}, which people open.",
        ) from None
    async with socket:
        try:
            line = Line(socket)
            await line.ask("connect", token=person.token)
            yield line
        except WebSocketException as broken:
            raise Trouble(
                f"The WebSocket at {address} broke: {broken}.",
                remedy="A proxy in front must let it stay open for minutes.",
            ) from None


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
