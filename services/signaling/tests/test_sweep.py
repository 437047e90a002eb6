import asyncio
from datetime import timedelta

import httpx
import pytest

from common.bus import Bus
from common.clock import utc_now
from common.events import PeerLeft
from common.mongo import Database, PyMongoError
from common.presence import Gateways
from common.problems import ChangedMeanwhile
from common.testing import NOON, eventually
from signaling import domain, handlers
from signaling.domain import Call, Newcomer
from signaling.repository import CallRepository
from signaling.sweep import Hearing, Sweep

SECOND = timedelta(seconds=1)


class Line(Bus):
    """A bus that is there or not, as the test says."""

    def __init__(self) -> None:
        super().__init__("amqp://nowhere")
        self.up = True

    async def reachable(self) -> bool:
        return self.up


async def enter(calls: CallRepository, name: str, room_id: str = "r1", gateway: str = "g1") -> Call:
    who = Newcomer(name, name, f"socket-of-{name}", gateway, name, "participant")

    def decide(call: Call) -> domain.Change:
        return domain.join(call, who, new_peer_id=f"p-{name}", new_meeting_id="m1", at=NOON)

    return await calls.change(room_id, decide)


async def states(calls: CallRepository, room_id: str = "r1") -> list[tuple[str, str]]:
    return [(peer.user_id, peer.state) for peer in (await calls.get(room_id)).peers]


def test_silence_is_believed_only_after_listening_long_enough() -> None:
    hearing = Hearing()

    assert not hearing.is_good(reachable=True, at=NOON)
    assert not hearing.is_good(reachable=True, at=NOON + 29 * SECOND)
    assert hearing.is_good(reachable=True, at=NOON + 30 * SECOND)
    assert not hearing.is_good(reachable=False, at=NOON + 31 * SECOND)
    assert not hearing.is_good(reachable=True, at=NOON + 32 * SECOND)
    assert hearing.is_good(reachable=True, at=NOON + 62 * SECOND)


async def test_peers_behind_a_gateway_that_fell_silent_are_waited_for_and_dropped(
    db: Database,
) -> None:
    calls, gateways = CallRepository(db), Gateways(db)
    sweep = Sweep(calls, gateways, Line())
    await enter(calls, "ada", gateway="g1")
    await enter(calls, "bob", gateway="g2")
    for gateway in ("g1", "g2"):
        await gateways.heard(gateway, at=NOON)
    await sweep.look(at=NOON)

    await gateways.heard("g1", at=NOON + 20 * SECOND)
    await sweep.look(at=NOON + 31 * SECOND)
    assert await states(calls) == [("ada", "connected"), ("bob", "reconnecting")]

    version = (await calls.get("r1")).version
    await sweep.look(at=NOON + 32 * SECOND)
    assert (await calls.get("r1")).version == version, "told once"

    await gateways.heard("g1", at=NOON + 39 * SECOND)
    await sweep.look(at=NOON + 39 * SECOND)
    assert await states(calls) == [("ada", "connected")]


async def test_while_the_broker_is_away_nobody_is_taken_for_silent(db: Database) -> None:
    calls, gateways, line = CallRepository(db), Gateways(db), Line()
    sweep = Sweep(calls, gateways, line)
    await enter(calls, "ada")
    await gateways.heard("g1", at=NOON)
    await sweep.look(at=NOON)

    line.up = False
    await sweep.look(at=NOON + 40 * SECOND)
    line.up = True
    await sweep.look(at=NOON + 41 * SECOND)
    assert await states(calls) == [("ada", "connected")]

    await gateways.heard("g1", at=NOON + 60 * SECOND)  # found the broker again
    await sweep.look(at=NOON + 72 * SECOND)
    assert await states(calls) == [("ada", "connected")]


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
    sweep = Sweep(CallRepository(db), Gateways(db), Line())
    monkeypatch.setattr("signaling.sweep.EVERY", 0)
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
