"""People with accounts, and the REST API as they use it: through any gateway."""

import asyncio
import itertools
import random
import secrets
from collections.abc import Sequence
from typing import Any, Protocol

import httpx

from tests.chaos.history import Entry

ANSWER_WITHIN = 5.0
PATIENCE = 60.0
"""Seconds somebody goes on trying what is not the subject of a test."""
_PAGE = 200


class Platform(Protocol):
    """Whatever has gateways."""

    @property
    def gateways(self) -> Sequence[str]:
        """Their addresses, `http://…`."""


class Person:
    """Somebody with an account, who knows the address of every gateway."""

    def __init__(self, platform: Platform, name: str, chance: random.Random) -> None:
        self.name = name
        self.user_id = ""
        self.token = ""
        self.chance = chance
        self._platform = platform
        self._unique = f"{name}{secrets.token_hex(5)}"
        self._http = httpx.AsyncClient(timeout=ANSWER_WITHIN)

    @classmethod
    async def registered(cls, platform: Platform, name: str, *, seed: int = 0) -> "Person":
        """A new account, signed in; `seed` draws which gateway is asked each time."""
        person = cls(platform, name, random.Random(f"{name} {seed}"))
        login = {"username": person._unique, "password": f"long enough {person._unique}"}
        about = {"email": f"{person._unique}@chaos.test"}
        answer = await person.insist("POST", "/api/auth/register", {**login, **about})
        person.user_id = answer["userId"]
        await person.sign_in()
        return person

    def gateway(self) -> str:
        """The address of one of the gateways, by chance."""
        return self.chance.choice(self._platform.gateways)

    async def sign_in(self) -> None:
        """Get a new token."""
        login = {"username": self._unique, "password": f"long enough {self._unique}"}
        self.token = (await self.insist("POST", "/api/auth/login", login))["token"]

    async def ask(self, method: str, path: str, body: object = None) -> httpx.Response:
        """One request, once.

        Raises:
            httpx.TransportError: It is not known whether it was answered.
        """
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        url = self.gateway() + path
        return await self._http.request(method, url, json=body, headers=headers)

    async def insist(self, method: str, path: str, body: object = None) -> Any:
        """The answer's JSON, which must be success; asks again while the platform has trouble."""
        answer = await self.until_answered(method, path, body)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    async def until_answered(self, method: str, path: str, body: object = None) -> httpx.Response:
        """The answer, yes or no; asks again while the platform has trouble."""
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while True:
            try:
                answer = await self.ask(method, path, body)
            except httpx.TransportError:
                pass
            else:
                if answer.status_code < 500 and answer.status_code != httpx.codes.TOO_MANY_REQUESTS:
                    return answer
            assert asyncio.get_running_loop().time() < deadline, f"{method} {path} is not answered"
            await asyncio.sleep(0.3)

    async def opens_a_room(self, *others: "Person") -> str:
        """A room with these people as participants; returns its id."""
        room: str = (await self.insist("POST", "/api/rooms", {"roomName": "Chaos"}))["roomId"]
        for person in others:
            await person.insist("POST", f"/api/rooms/{room}/join")
        return room

    async def messages_after(self, room: str, seq: int) -> list[Entry]:
        """One page of the room's history."""
        path = f"/api/chat/messages/{room}?after={seq}&limit={_PAGE}"
        return [entry(each) for each in await self.insist("GET", path)]

    async def history_of(self, room: str) -> Sequence[Entry]:
        """All of it."""
        log: list[Entry] = []
        while page := await self.messages_after(room, log[-1].seq if log else 0):
            log += page
        return log

    async def leaves(self) -> None:
        """Close the connections; the account stays."""
        await self._http.aclose()


def entry(message: dict[str, Any]) -> Entry:
    """A message as the API shows it."""
    return Entry(message["seq"], message["clientId"] or "", message["message"])


class Ids:
    """Client ids that nobody else makes up, and that say whose they are."""

    def __init__(self, whose: str) -> None:
        self._whose = f"{whose}-{secrets.token_hex(3)}"
        self._numbers = itertools.count(1)

    def next(self) -> str:
        return f"{self._whose}-{next(self._numbers)}"
