"""Everything people write, through every service, over and over; and whether it is there later."""

import asyncio
import secrets
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import httpx

from common.testing import eventually
from tests.chaos.cluster import Cluster
from tests.chaos.people import Ids, Person
from tests.chaos.sockets import Lost, Refused, Socket

ANSWER_WITHIN = 20.0
"""Seconds; every service and the gateway give up sooner."""
PAUSE = 0.4
KINDS = 10
"""Kinds of request that are made."""

Check = Callable[[], Awaitable[bool]]


@dataclass
class Outcomes:
    """What became of the writes, by kind."""

    succeeded: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    """When, on the monotonic clock."""
    refused: Counter[str] = field(default_factory=Counter)
    """Answered with 503 and when to try again."""
    unanswered: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    """Answered neither with success nor with an honest refusal."""

    def again_after(self, moment: float) -> Mapping[str, float]:
        """Seconds from `moment` until each kind succeeded; infinite when it did not."""
        return {
            kind: min((at - moment for at in times if at > moment), default=float("inf"))
            for kind, times in self.succeeded.items()
        }

    def __str__(self) -> str:
        counts = {kind: len(times) for kind, times in self.succeeded.items()}
        return (
            f"succeeded  {counts}\nrefused    {dict(self.refused)}\n"
            f"unanswered {dict(self.unanswered)}\nwrong      {self.wrong[:10]}"
        )


class Writes:
    """A host and a guest who write all there is to write until they are stopped."""

    def __init__(self, host: Person, guest: Person, room: str) -> None:
        self.outcomes = Outcomes()
        self._host = host
        self._guest = guest
        self._room = room
        self._ids = Ids("write")
        self._checks: list[tuple[str, Check]] = []
        self._rooms: asyncio.Queue[str] = asyncio.Queue()
        """Opened and not yet entered by the guest."""
        self._hand: bool | None = None
        """Whether it is up; None when that is not certain."""
        self._rests = False
        self._socket = Socket(guest, opened=self._joins)
        self._http = httpx.AsyncClient(timeout=ANSWER_WITHIN)

    async def run(self) -> None:
        """Until cancelled; after `rest` only what is under way is finished."""
        kinds = (
            *(self.registers, self.renames, self.opens, self.enters, self.posts),
            *(self.marks_read, self.announces, self.raises_hand),
        )
        async with asyncio.TaskGroup() as all_of_them:
            all_of_them.create_task(self._socket.run())
            for write in kinds:
                all_of_them.create_task(self._repeat(write))

    def rest(self) -> None:
        """Begin nothing new."""
        self._rests = True

    async def all_succeed(self) -> bool:
        """Whether every kind of write has succeeded."""
        return len(self.outcomes.succeeded) == KINDS

    async def lost(self) -> list[str]:
        """What was acknowledged and is not there."""
        hand = [("hand", self._hand_is_shown)] if self._hand is not None else []
        return [what for what, is_there in (*self._checks, *hand) if not await is_there()]

    async def leaves(self) -> None:
        await self._http.aclose()

    async def registers(self) -> None:
        name = f"new{secrets.token_hex(6)}"
        login = {"username": name, "password": f"long enough {name}"}
        about = {**login, "email": f"{name}@chaos.test"}

        async def can_sign_in() -> bool:
            return "token" in await self._host.insist("POST", "/api/auth/login", login)

        if await self._ask("register", self._host, "POST", "/api/auth/register", about):
            self._checks.append((f"account {name}", can_sign_in))

    async def renames(self) -> None:
        name = self._ids.next()
        path = "/api/user/profile"
        await self._ask("rename", self._host, "PATCH", path, {"fullName": name})

    async def opens(self) -> None:
        told = await self._ask("open", self._host, "POST", "/api/rooms", {"roomName": "Kept"})
        if told is None:
            return
        room = told["roomId"]

        async def is_there() -> bool:
            return bool(await self._host.insist("GET", f"/api/rooms/{room}"))

        self._checks.append((f"room {room}", is_there))
        invited = {"userIds": [self._guest.user_id]}
        path = f"/api/rooms/{room}/invitations"
        if await self._ask("invite", self._host, "POST", path, invited) is not None:
            self._checks.append((f"invitation to {room}", lambda: self._was_told(room)))
        await self._rooms.put(room)

    async def enters(self) -> None:
        room = await self._rooms.get()

        async def is_inside() -> bool:
            # Only who is admitted may read.
            told = await self._guest.ask("GET", f"/api/chat/messages/{room}?limit=1")
            return told.is_success

        if await self._ask("join", self._guest, "POST", f"/api/rooms/{room}/join"):
            self._checks.append((f"guest in {room}", is_inside))

    async def posts(self) -> None:
        client_id = self._ids.next()
        body = {"roomId": self._room, "message": client_id, "clientId": client_id}
        told = await self._ask("post", self._host, "POST", "/api/chat/message", body)

        async def is_there() -> bool:
            assert told
            found = await self._host.messages_after(self._room, told["seq"] - 1)
            return found[0].client_id == client_id

        if told:
            self._checks.append((f"message {client_id}", is_there))

    async def marks_read(self) -> None:
        path = "/api/notifications?status=unread&limit=1"
        unread = await self._ask("list", self._guest, "GET", path)
        if not unread:
            return
        one = unread[0]["id"]

        async def is_read() -> bool:
            path = "/api/notifications?status=unread&limit=200"
            return one not in str(await self._guest.insist("GET", path))

        path = f"/api/notifications/{one}"
        if await self._ask("mark read", self._guest, "PATCH", path, {"status": "read"}):
            self._checks.append((f"{one} is read", is_read))

    async def announces(self) -> None:
        file = {"name": "a.png", "contentType": "image/png", "size": 9}
        body = {**file, "purpose": "profile-picture"}
        await self._ask("announce", self._guest, "POST", "/api/media/files", body)

    async def raises_hand(self) -> None:
        up = not self._hand
        await self._socket.is_open.wait()
        self._hand = None
        try:
            await self._socket.ask("raiseHand" if up else "lowerHand", roomId=self._room)
        except Lost:
            self.outcomes.unanswered["hand"] += 1
        except Refused as refused:
            self._not_done(
                "hand", refused.status, honest=refused.status == HTTPStatus.SERVICE_UNAVAILABLE
            )
        else:
            self._hand = up
            self.outcomes.succeeded["hand"].append(time.monotonic())

    async def _repeat(self, write: Callable[[], Awaitable[None]]) -> None:
        while not self._rests:
            await write()
            await asyncio.sleep(PAUSE)

    async def _ask(
        self, kind: str, person: Person, method: str, path: str, body: object = None
    ) -> Any:
        """What was answered; None when it was not done for certain."""
        headers = {"Authorization": f"Bearer {person.token}"}
        url = person.gateway() + path
        try:
            answer = await self._http.request(method, url, json=body, headers=headers)
        except httpx.TransportError:
            self.outcomes.unanswered[kind] += 1
            return None
        if not answer.is_success:
            away = answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE
            honest = away and "Retry-After" in answer.headers
            self._not_done(kind, answer.status_code, honest=honest, text=answer.text)
            return None
        self.outcomes.succeeded[kind].append(time.monotonic())
        return answer.json() if answer.content else {}

    def _not_done(self, kind: str, status: int, *, honest: bool, text: str = "") -> None:
        if honest:
            self.outcomes.refused[kind] += 1
        else:
            self.outcomes.wrong.append(f"{kind}: {status} {text}"[:300])

    async def _joins(self) -> None:
        while True:
            try:
                await self._socket.ask("joinRoom", roomId=self._room)
            except Refused:
                await asyncio.sleep(PAUSE)
            else:
                return

    async def _was_told(self, room: str) -> bool:
        path = "/api/notifications?limit=200"
        return room in str(await self._guest.insist("GET", path))

    async def _hand_is_shown(self) -> bool:
        told = await self._socket.ask("joinRoom", roomId=self._room)
        [own] = [each for each in told["call"]["peers"] if each["userId"] == self._guest.user_id]
        return (own["handRaisedAt"] is not None) == self._hand


@asynccontextmanager
async def written(cluster: Cluster) -> AsyncIterator[Writes]:
    """All of it, going on while the block lasts; every kind has succeeded when it begins."""
    host, guest = [await Person.registered(cluster, each) for each in ("host", "guest")]
    writes = Writes(host, guest, await host.opens_a_room(guest))
    running = asyncio.create_task(writes.run())
    try:
        await eventually(writes.all_succeed, within=60)
        yield writes
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        for each in (host, guest, writes):
            await each.leaves()
        await cluster.ready()
