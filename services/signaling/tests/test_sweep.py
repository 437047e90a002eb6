import asyncio
from collections.abc import Sequence
from datetime import timedelta

import httpx
import pytest

from common.bus import Bus
from common.clock import utc_now
from common.events import PeerLeft
from common.mongo import Database, PyMongoError
from common.presence import SAID_EVERY, Gateways, Hearing
from common.problems import ChangedMeanwhile
from common.testing import NOON, eventually
from signaling import domain, handlers
from signaling.domain import Call, Newcomer
from signaling.repository import CallRepository
from signaling.sweep import Sweep
from signaling.workers import Workers

SECOND = timedelta(seconds=1)


class Line(Bus):
    """A bus that is there or not, as the test says."""

    def __init__(self) -> None:
        super().__init__("amqp://nowhere")
        self.up = True

    async def keeps_up(self) -> bool:
        return self.up


async def enter(calls: CallRepository, name: str, room_id: str = "r1", gateway: str = "g1") -> Call:
    who = Newcomer(name, name, f"socket-of-{name}", gateway, name, "participant")

    def decide(call: Call) -> domain.Change:
        return domain.join(call, who, new_peer_id=f"p-{name}", new_meeting_id="m1", at=NOON)

    return await calls.change(room_id, decide)


async def states(calls: CallRepository, room_id: str = "r1") -> list[tuple[str, str]]:
    return [(peer.user_id, peer.state) for peer in (await calls.get(room_id)).peers]


class Watch:
    """A sweep that looks every second, and gateways that say that they live."""

    def __init__(self, db: Database) -> None:
        self.calls = CallRepository(db)
        self.gateways = Gateways(db)
        self.line = Line()
        self.workers = Workers(db)
        self.sweep = Sweep(self.calls, self.gateways, self.workers, self.line)
        self.now = NOON

    async def wait(self, seconds: int, *, heard: Sequence[str] = ()) -> None:
        for _ in range(seconds):
            self.now += SECOND
            if (self.now - NOON) % SAID_EVERY == 0 * SECOND:
                for gateway in heard:
                    await self.gateways.heard(gateway, at=self.now)
            await self.sweep.look(at=self.now)


@pytest.fixture
async def watch(db: Database) -> Watch:
    """Ada at one gateway and Bob at another, heard for long enough to be missed."""
    watch = Watch(db)
    await enter(watch.calls, "ada", gateway="g1")
    await enter(watch.calls, "bob", gateway="g2")
    await watch.wait(30, heard=["g1", "g2"])
    return watch


BOTH = [("ada", "connected"), ("bob", "connected")]


async def test_peers_behind_a_gateway_that_fell_silent_are_waited_for_and_dropped(
    watch: Watch,
) -> None:
    await watch.wait(6, heard=["g1"])
    assert await states(watch.calls) == BOTH
    await watch.wait(1, heard=["g1"])
    assert await states(watch.calls) == [("ada", "connected"), ("bob", "reconnecting")]

    version = (await watch.calls.get("r1")).version
    await watch.wait(7, heard=["g1"])
    assert (await watch.calls.get("r1")).version == version, "told once"
    await watch.wait(1, heard=["g1"])
    assert await states(watch.calls) == [("ada", "connected")]


async def test_a_broker_that_was_away_for_a_minute_drops_nobody_when_it_is_back(
    watch: Watch,
) -> None:
    watch.line.up = False
    await watch.wait(60)
    watch.line.up = True
    await watch.wait(12)  # the slowest gateway takes so long to find the broker again
    await watch.wait(60, heard=["g1", "g2"])

    assert await states(watch.calls) == BOTH


async def test_who_died_while_the_broker_was_away_is_missed_after_all(watch: Watch) -> None:
    watch.line.up = False
    await watch.wait(60)
    watch.line.up = True
    await watch.wait(17, heard=["g1"])

    assert await states(watch.calls) == [("ada", "connected"), ("bob", "reconnecting")]


async def test_a_process_that_stood_still_takes_nobody_for_silent(watch: Watch) -> None:
    watch.now += 30 * SECOND
    await watch.wait(1)
    await watch.wait(30, heard=["g1", "g2"])

    assert await states(watch.calls) == BOTH


async def test_many_replicas_that_sweep_at_once_drop_a_peer_once(db: Database) -> None:
    replicas = [CallRepository(db) for _ in range(6)]
    for name in ("ada", "bob", "cyd"):
        await enter(replicas[0], name)
    await handlers.lose_gateways(replicas[0], ["g1"], at=NOON)
    before = (await replicas[0].get("r1")).version

    await asyncio.gather(*(handlers.drop_lost(each, at=NOON + 8 * SECOND) for each in replicas))

    assert (await replicas[0].get("r1")).version == before + 4  # three left, ended
    outbox = (await db["calls"].find_one({"_id": "r1"}))["outbox"]
    assert len([each for each in outbox if each["type"] == PeerLeft.type]) == 3


async def test_a_sweep_that_is_disturbed_goes_on(db: Database, monkeypatch) -> None:
    sweep = Sweep(CallRepository(db), Gateways(db), Workers(db), Line())
    monkeypatch.setattr(Hearing, "LOOKS_EVERY", 0 * SECOND)
    looks: list[object] = []

    async def look(*, at: object) -> None:
        looks.append(at)
        if len(looks) == 1:
            raise ChangedMeanwhile("again")
        if len(looks) == 3:
            raise PyMongoError("a bug, not an outage")

    monkeypatch.setattr(sweep, "look", look)
    with pytest.raises(PyMongoError):
        await sweep.run()
    assert len(looks) == 3


async def test_the_running_service_drops_who_does_not_come_back(
    db: Database, http: httpx.AsyncClient, listen
) -> None:
    calls = CallRepository(db)
    ear = await listen(PeerLeft.type)
    await enter(calls, "ada")
    await enter(calls, "bob")
    lost_at = utc_now() - domain.GRACE
    await calls.change("r1", lambda call: domain.lose_connection(call, "socket-of-bob", at=lost_at))

    assert PeerLeft.parse((await ear.next()).body).reason == "lost"

    async def only_ada() -> bool:
        return await states(calls) == [("ada", "connected")]

    await eventually(only_ada)
