"""The call as its facts tell it is the call as it is stored."""

import json
import random
from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from common import events
from common.events import (
    CallEnded,
    CallStarted,
    Event,
    PeerChanged,
    PeerJoined,
    PeerLeft,
    PeerState,
    TopologyChanged,
)
from common.mongo import Database
from common.testing import NOON
from signaling import domain
from signaling.domain import Call, Fleet, Newcomer
from signaling.repository import CallRepository

MESH = ("mesh", None)
FLEETS = (
    Fleet({}, silence_counts=True),
    Fleet({"w1": 0.1, "w2": 0.2}),
    Fleet({"w2": 0.2}, frozenset({"w1"})),
    Fleet({"w3": 0.3}, silence_counts=True),
)
DEVICES = ("ada-1", "ada-2", "bob-1", "cyd-1")
KINDS = {fact.type: fact for fact in events.FACTS}


class Client:
    """What somebody knows who has heard every fact of a room from the first one on."""

    def __init__(self) -> None:
        self.seq = 0
        self.meeting_id: str | None = None
        self.peers: dict[str, PeerState] = {}
        self.attended: list[str] = []
        self.way: tuple[str, str | None] = MESH

    def hear(self, fact: Event) -> None:
        assert fact.seq == self.seq + 1, "no gap"
        self.seq = fact.seq
        match fact:
            case CallStarted():
                assert self.meeting_id is None
                self.meeting_id, self.attended, self.way = fact.meeting_id, [], MESH
            case PeerJoined():
                assert fact.peer.peer_id not in self.peers
                self.peers[fact.peer.peer_id] = fact.peer
                self.attended = list(dict.fromkeys([*self.attended, fact.peer.user_id]))
            case PeerChanged():
                assert fact.peer.peer_id in self.peers
                self.peers[fact.peer.peer_id] = fact.peer
            case PeerLeft():
                assert self.peers.pop(fact.peer_id).user_id == fact.user_id
            case TopologyChanged():
                assert self.way != (fact.topology, fact.worker_id)
                self.way = fact.topology, fact.worker_id
            case CallEnded():
                assert fact.participants == self.attended
                assert not self.peers
                self.way = MESH
        assert fact.meeting_id == self.meeting_id
        if isinstance(fact, CallEnded):
            self.meeting_id = None

    def agrees_with(self, call: Call) -> None:
        assert self.seq == call.version
        assert self.meeting_id == (call.meeting.id if call.meeting else None)
        assert self.way == (call.topology, call.worker_id)
        assert list(self.peers.values()) == [PeerState.model_validate(each) for each in call.peers]
        if call.meeting:
            assert self.attended == list(call.meeting.attended)


def step(chance: random.Random, call: Call, number: int) -> domain.Change:
    """Something that may happen to a call."""
    at = NOON + timedelta(seconds=chance.randrange(30) + number)
    name = chance.choice(DEVICES)
    own = call.peer_of(name)
    user_id = name.partition("-")[0]
    socket = f"{name}/{chance.randrange(3)}"
    if own is None or chance.random() < 0.3:
        known = chance.choice([None, own.peer_id if own else None, "p0", f"p{number - 1}"])
        setting = chance.choice(["auto", "auto", "mesh", "sfu"])
        place = (user_id, name, socket, f"g{number % 2}", user_id, "participant")
        who = Newcomer(*place, peer_id=known, setting=setting)
        return join(call, who, number, at=at)
    return chance.choice(
        [
            lambda: domain.leave(call, name, at=at),
            lambda: domain.lose_connection(call, socket, at=at),
            lambda: domain.lose_connection(call, own.connection_id, at=at),
            lambda: domain.lose_gateways(call, ["g1"], at=at),
            lambda: domain.drop_lost(call, at=at),
            lambda: domain.remove_user(call, user_id, at=at),
            lambda: domain.end(call, at=at),
            lambda: domain.place(call, chance.choice(FLEETS), at=at),
            lambda: domain.raise_hand(call, name, at=at),
            lambda: domain.lower_hand(call, name, at=at),
            lambda: domain.set_media(
                call, name, audio=None, video=True, screen=number % 2 == 0, at=at
            ),
        ]
    )()


def join(call: Call, who: Newcomer, number: int, *, at: datetime) -> domain.Change:
    """Come in; who is refused because the call goes on in another tab changes nothing."""
    try:
        call, told = domain.join(
            call, who, new_peer_id=f"p{number}", new_meeting_id=f"m{number}", at=at
        )
    except domain.GoesOnElsewhere:
        other = call.peer_of(who.session_id)
        assert other is not None
        assert other.state == "connected"
        assert who.peer_id not in {None, other.peer_id}
        return call, []
    call, moved = domain.place(call, FLEETS[number % len(FLEETS)], at=at)
    return call, [*told, *moved]


class AnyCall(RuleBasedStateMachine):
    """Whatever happens in whatever order."""

    def __init__(self) -> None:
        super().__init__()
        self.call = Call("r1")
        self.client = Client()
        self.steps = 0

    @rule(seed=st.integers(0, 2**32))
    def something_happens(self, seed: int) -> None:
        self.steps += 1
        before = self.call.version
        self.call, facts = step(random.Random(seed), self.call, self.steps)
        assert self.call.version == before + len(facts)
        for fact in facts:
            self.client.hear(fact)

    @invariant()
    def facts_tell_the_state(self) -> None:
        self.client.agrees_with(self.call)

    @invariant()
    def a_session_is_there_once(self) -> None:
        sessions = [peer.session_id for peer in self.call.peers]
        assert len(sessions) == len(set(sessions))
        assert len({peer.peer_id for peer in self.call.peers}) == len(self.call.peers)

    @invariant()
    def there_is_a_meeting_while_there_are_peers(self) -> None:
        assert (self.call.meeting is not None) == bool(self.call.peers)

    @invariant()
    def a_worker_forgets_nobody_who_is_there_and_everybody_who_is_not(self) -> None:
        assert (self.call.topology == "sfu") == (self.call.worker_id is not None)
        peers = {peer.peer_id for peer in self.call.peers}
        for parting in self.call.partings:
            assert parting.peer_id not in peers
            assert parting.peer_id is not None or parting.worker_id != self.call.worker_id

    @invariant()
    def who_reconnects_is_waited_for_since_a_moment(self) -> None:
        for peer in self.call.peers:
            assert (peer.state == "reconnecting") == (peer.reconnecting_since is not None)


AnyCall.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestAnyCall = AnyCall.TestCase


async def test_what_is_stored_is_what_its_outbox_tells_even_across_restarts(db: Database) -> None:
    chance = random.Random(7)
    calls = CallRepository(db)
    for number in range(1, 121):
        if chance.random() < 0.2:
            calls = CallRepository(db)
        seed = chance.random()
        await calls.change("r1", lambda call, s=seed, n=number: step(random.Random(s), call, n))

    client = Client()
    outbox = (await db["calls"].find_one({"_id": "r1"}))["outbox"]
    for entry in outbox:
        assert entry["audience"] == ["room.r1"]
        assert json.loads(entry["body"])["seq"] == entry["seq"]
        client.hear(KINDS[entry["type"]].parse(entry["body"]))

    assert client.seq > 60, "enough has happened"
    client.agrees_with(await CallRepository(db).get("r1"))
