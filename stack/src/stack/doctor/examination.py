"""All that calls need, tried one after the other; each is a line, and a sentence where it fails."""

import time
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx

from stack import terminal
from stack.configuration import Configuration
from stack.doctor import paths, peers, relays
from stack.doctor.paths import Relay
from stack.doctor.person import Line, Person, online, signed_in
from stack.servers import turn
from stack.trouble import Trouble

_PATIENCE = 10.0
_TOLD_BY = 2.0
"""Seconds by which a `Date` may be off without any clock being wrong: it has whole seconds."""
_WRONG = 30.0
"""Seconds between two clocks from which tokens and credentials end too early."""

_Told = TypeVar("_Told")


@dataclass(frozen=True)
class Ours:
    """What this machine knows of the TURN server it runs itself."""

    heard: list[str]
    tls_port: int
    certificate: Path


def ours(settings: Configuration) -> Ours | None:
    """Return it, None where the TURN server is another's."""
    if settings.given("CONVO_TURN_URLS"):
        return None
    addresses = settings.listed("CONVO_TURN_ADDRESS") or ["127.0.0.1"]
    return Ours(
        heard=turn.heard(addresses),
        tls_port=settings.port("turn_tls"),
        certificate=settings.data / "turn" / "certificate.pem",
    )


class Examination:
    """Of one platform, as people reach it."""

    def __init__(self, url: str, settings: Configuration, our: Ours | None) -> None:
        self._url = url.rstrip("/")
        self._settings = settings
        self._ours = our
        self._is_well = True
        self._usable: list[Relay] = []
        """Relays that worked, for the call through one of them."""

    async def run(self) -> bool:
        """Say what works; False when something that calls need does not."""
        terminal.say(f"Examining {self._url}")
        async with httpx.AsyncClient(base_url=self._url, timeout=_PATIENCE) as http:
            await self._step("gateway (/readyz)", self._is_ready(http))
            await self._step("clocks", self._clocks_agree(http))
            person = await self._step("signing in", self._signs_in(http))
            await self._step("direct (UDP between peers)", peers.call_directly(), needed=False)
            if person is not None:
                await self._relays(person)
                await self._call(person)
        return self._is_well

    async def _step(
        self, what: str, work: Awaitable[_Told], *, needed: bool = True
    ) -> _Told | None:
        begun = time.monotonic()
        try:
            told = await work
        except (Trouble, httpx.TransportError) as error:
            self._is_well = self._is_well and not needed
            without = "" if needed else " Calls work without it."
            trouble = self._trouble(error)
            terminal.failed(what, time.monotonic() - begun, trouble, without=without)
            return None
        terminal.done(what, time.monotonic() - begun)
        return told

    def _trouble(self, error: Trouble | httpx.TransportError) -> Trouble:
        if isinstance(error, Trouble):
            return error
        parts = urlsplit(self._url)
        port = parts.port or {"https": 443}.get(parts.scheme, 80)
        return Trouble(
            f"TCP port {port} of {parts.hostname} is closed or does not answer ({error}).",
            remedy="Start the platform (`make run`), let the port through, or correct "
            "CONVO_PUBLIC_URL, CONVO_HOST and CONVO_GATEWAY_PORT.",
        )

    async def _is_ready(self, http: httpx.AsyncClient) -> None:
        answer = await http.get("/readyz")
        if answer.is_error:
            raise Trouble(
                f"The gateway is not ready ({answer.status_code}): {answer.text[:300]}",
                remedy="`make status` shows what runs, the logs say why something does not.",
            )

    async def _clocks_agree(self, http: httpx.AsyncClient) -> None:
        answer = await http.get("/livez")
        told = answer.headers.get("Date")
        if told is None:
            return
        apart = abs((datetime.now(UTC) - parsedate_to_datetime(told)).total_seconds())
        if apart > _WRONG + _TOLD_BY:
            raise Trouble(
                f"The platform's clock and this machine's are {apart:.0f} s apart.",
                remedy="Have NTP set both: tokens and TURN credentials end by the clock.",
            )

    async def _signs_in(self, http: httpx.AsyncClient) -> Person:
        parts = urlsplit(self._url)
        return await signed_in(
            http,
            f"{parts.scheme}://{parts.netloc}",
            self._settings.data / "doctor.json",
            self._settings.environment,
        )

    async def _relays(self, person: Person) -> None:
        told = await self._step(
            "addresses of TURN servers", person.asks("GET", "/api/signaling/ice-servers")
        )
        if told is None:
            return
        known = paths.announced(told["iceServers"])
        if not known:
            terminal.note("no TURN server is announced: who cannot be reached directly has no call")
        every = [each for relay in known for each in paths.of_each_version(relay)]
        if self._ours is not None:
            every += paths.on_this_machine(every, self._ours.heard, self._ours.tls_port)
        for relay in every:
            own = self._ours.certificate if self._ours else None
            if await self._step(relay.name, _works(relay, own), needed=relay.needed):
                self._usable.append(relay)

    async def _call(self, person: Person) -> None:
        """Join a call of one, which is given to a media worker, and send sound to that."""
        begun = time.monotonic()
        try:
            async with online(self._url, person) as line:
                terminal.done("WebSocket (/ws)", time.monotonic() - begun)
                async with _room(person, line) as (room, joined):
                    await self._worker(line, room, joined)
        except (Trouble, httpx.TransportError) as error:
            self._is_well = False
            seconds = time.monotonic() - begun
            terminal.failed("WebSocket and joining", seconds, self._trouble(error))

    async def _worker(self, line: Line, room: str, joined: dict[str, Any]) -> None:
        if joined["topology"] != "sfu":
            wanted = self._settings.given("CONVO_MEDIA_WORKERS") != "0"
            await self._step("media worker", _nobody(), needed=wanted)
            return
        every = await self._step("media worker", peers.call_worker(line, room, None, None))
        # With one of several open a call goes on, but not for everybody.
        for door in every if every and len(every) > 1 else []:
            through = peers.call_worker(line, room, door, None)
            await self._step(f"media worker, {door.place}", through)
        # aiortc knows no addresses of IPv6 in the URLs of servers.
        for relay in [each for each in self._usable if ":" not in each.host][:1]:
            if relay.transport != "TLS":
                through = peers.call_worker(line, room, None, relay)
                await self._step(f"media worker by TURN over {relay.transport}", through)


async def _works(relay: Relay, own: Path | None) -> bool:
    await relays.call(relay, own)
    return True


async def _nobody() -> None:
    raise Trouble(
        "No media worker takes calls: those of many are left to the browsers.",
        remedy="Start some (CONVO_MEDIA_WORKERS), and see their log.",
    )


@asynccontextmanager
async def _room(person: Person, line: Line) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    """Make a room whose calls a worker carries, be in its call, and take it away again."""
    asked = {"roomName": "Connection test", "isPrivate": True, "settings": {"topology": "sfu"}}
    room = (await person.asks("POST", "/api/rooms", asked))["roomId"]
    try:
        await person.asks("POST", f"/api/rooms/{room}/join", {})
        yield room, await line.ask("joinRoom", roomId=room)
        await line.ask("leaveRoom", roomId=room)
    finally:
        await person.asks("DELETE", f"/api/rooms/{room}")
