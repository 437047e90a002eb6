"""P9: every service and the gateway are replaced by new ones, and nobody notices."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from common.testing import eventually
from stack import ports
from stack.configuration import SERVICES
from stack.plan import listening
from stack.process import Program
from stack.supervisor import Supervisor
from stack.trial import Platform, running_platform
from tests.chaos.follower import Follower
from tests.chaos.history import History
from tests.chaos.people import Ids, Person
from tests.chaos.traffic import Call, Traffic, flowing

_GOES_AWAY = 4503
_TRIES = 3
"""As the web client (web/src/api/patience.ts): that a small machine has too much to do beside
two versions of itself is what P21 is about."""
_SETTINGS = {
    "CONVO_RATE_LIMIT_USER": "1000000/minute",
    "CONVO_RATE_LIMIT_ADDRESS": "1000000/minute",
    "CONVO_ALLOWED_ORIGINS": "http://localhost",
    # Nobody here keeps files or needs a relay.
    "CONVO_S3_URL": "http://127.0.0.1:9",
    "CONVO_S3_ACCESS_KEY": "none",
    "CONVO_S3_SECRET_KEY": "none",
    "CONVO_TURN_URLS": "turn:127.0.0.1:9",
    "CONVO_TURN_SECRET": "nobody relays here",
}


@dataclass
class Deployed:
    """A platform as `make run` starts it, and what clients need of it."""

    platform: Platform

    @property
    def gateways(self) -> list[str]:
        return [self.platform.url]

    async def stack(self, *arguments: str) -> str:
        """What the `stack` command says; it must succeed."""
        running = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "stack", *arguments),
            env=dict(self.platform.environment),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        told, _ = await running.communicate()
        assert running.returncode == 0, told.decode()
        return told.decode()


@dataclass
class Audience:
    """Somebody with an open socket who shows a room, and the calls of everybody else."""

    follower: Follower
    room: str
    history: History

    def calls(self) -> list[Call]:
        """Something of each service, reading and writing."""
        return [
            Call("GET", "/api/user/profile"),
            Call("POST", "/api/chat/message", self._message(Ids("loop"))),
            Call("GET", "/api/rooms"),
            Call("GET", f"/api/chat/messages/{self.room}?limit=10"),
            Call("POST", "/api/rooms", lambda: {"roomName": "Rolled"}),
            Call("GET", "/api/signaling/ice-servers"),
            Call("GET", "/api/notifications?limit=5"),
            Call("POST", "/api/notifications/read"),
            Call("GET", "/api/analytics/summary?days=1"),
            Call("GET", "/api/media/pictures/none", status=404),
        ]

    def upload(self) -> Call:
        return Call("POST", "/api/chat/message", self._message(Ids("upload")))

    def _message(self, ids: Ids):
        def body() -> dict[str, str]:
            return {"roomId": self.room, "message": "still here?", "clientId": ids.next()}

        return body

    async def shows_everything(self) -> bool:
        """Whether all there is in the room is shown; a hole would never be."""
        newest = await self.follower.person.insist("GET", f"/api/chat/messages/{self.room}?limit=1")
        return bool(newest) and self.follower.shows(self.room) >= newest[-1]["seq"]


@pytest.fixture(scope="module", name="deployed")
def _deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    with running_platform(tmp_path_factory.mktemp("platform"), _SETTINGS) as platform:
        yield Deployed(platform)


@pytest.fixture(name="audience")
async def _audience(deployed: Deployed) -> AsyncIterator[Audience]:
    ada = await Person.registered(deployed, "ada")
    profile = await ada.insist("GET", "/api/user/profile")
    await deployed.stack("admin", profile["username"])  # who may ask analytics
    await ada.sign_in()
    room = await ada.opens_a_room()
    history = History()
    follower = Follower("ada", ada, [room], history)
    listens = asyncio.create_task(follower.run())
    async with asyncio.timeout(30):
        await follower.socket.is_open.wait()
    yield Audience(follower, room, history)
    listens.cancel()
    await asyncio.gather(listens, return_exceptions=True)
    await ada.leaves()


async def roll(
    deployed: Deployed, audience: Audience, names: Sequence[str], *, least: int, clients: int
) -> Traffic:
    """Replace these parts one after the other under load, `least` requests or more."""
    async with flowing(
        deployed.platform.url,
        audience.calls(),
        token=audience.follower.person.token,
        uploads=audience.upload(),
        keeping=clients,
        not_keeping=clients,
        tries=_TRIES,
    ) as traffic:
        await _asked(traffic, least // 4)
        told = await deployed.stack("restart", *names)
        sys.stdout.write(told)
        await _asked(traffic, max(least, traffic.count + 100))
    assert [line.split()[0] for line in told.splitlines()] == list(names)
    await eventually(audience.shows_everything, within=30)
    sys.stdout.write(f"{traffic}\n")
    return traffic


async def _asked(traffic: Traffic, least: int) -> None:
    async def enough() -> bool:
        return traffic.count >= least

    await eventually(enough, within=300)


async def test_services_and_the_gateway_are_rolled_without_a_failed_request(
    deployed: Deployed, audience: Audience
):
    traffic = await roll(deployed, audience, ["chat", "gateway"], least=500, clients=2)

    assert traffic.failures == []
    assert audience.history.conflicts == []
    assert audience.follower.socket.closes == {_GOES_AWAY: 1}


@pytest.mark.chaos
async def test_the_whole_platform_is_rolled_without_a_failed_request(
    deployed: Deployed, audience: Audience
):
    traffic = await roll(deployed, audience, [*SERVICES, "gateway"], least=5_000, clients=5)

    assert traffic.failures == []
    assert audience.history.conflicts == []
    assert audience.follower.socket.closes == {_GOES_AWAY: 1}


_SERVICE = """
import os
import fastapi, uvicorn
from common import health, server

app = fastapi.FastAPI()
app.include_router(health.router("common", needed={{}}))
config = server.configured(app, host="127.0.0.1", port=int(os.environ["CONVO_CHAT_PORT"]))
{serve}
"""
_OURS = _SERVICE.format(serve="server.serve(server.Server(config))")
_PLAIN = _SERVICE.format(serve="uvicorn.Server(config).run()")


@pytest.fixture(name="supervisor")
async def _supervisor(tmp_path: Path) -> AsyncIterator[Supervisor]:
    supervisor = Supervisor(tmp_path, say=print)
    yield supervisor
    await supervisor.stop(*supervisor.kept)


def serving(code: str, folder: Path) -> tuple[str, Program]:
    """An address, and a program that serves there."""
    [port] = ports.free_ports(1)
    program = Program(
        name="chat",
        command=(sys.executable, "-c", code),
        environment={**os.environ, "CONVO_HOST": "127.0.0.1", "CONVO_CHAT_PORT": str(port)},
        folder=folder,
        ready=lambda: ports.is_taken(port),
    )
    return f"http://127.0.0.1:{port}", program


async def test_one_process_replaces_another_without_a_failed_request(
    supervisor: Supervisor, tmp_path: Path
):
    url, program = serving(_OURS, tmp_path)
    await supervisor.start(listening("chat", program))

    async with flowing(url, [Call("GET", "/livez")]) as traffic:
        for _ in range(2):
            await supervisor.replace("chat")

    assert traffic.count > 100
    assert traffic.failures == []


async def test_a_process_that_listens_by_itself_is_missed_while_it_restarts(
    supervisor: Supervisor, tmp_path: Path
):
    url, program = serving(_PLAIN, tmp_path)
    await supervisor.start(program)

    async with flowing(url, [Call("GET", "/livez")]) as traffic:
        for _ in range(2):
            await supervisor.stop("chat")
            await supervisor.start(program)

    assert traffic.failures != []
