from collections.abc import Awaitable, Callable
from datetime import timedelta

import httpx
import pytest

from common.access import AccessList
from common.events import (
    Event,
    GatewayAlive,
    ParticipantAdmitted,
    ParticipantRemoved,
    RoomClosed,
    RoomDeleted,
    RoomOpened,
    UserConnected,
    UserDisconnected,
)
from common.identity import Caller
from common.mongo import Database
from common.presence import Gateways
from common.problems import RoomNotFound
from common.testing import NOON
from common.topology import READERS
from signaling import handlers
from signaling.consumers import subscriptions
from signaling.domain import Call
from signaling.protocol import JoinRoom
from signaling.repository import CallRepository, ClosedSockets
from signaling.workers import Workers


class Service:
    """signaling without its edges: facts and commands straight into the handlers."""

    def __init__(self, db: Database) -> None:
        nobody = httpx.MockTransport(lambda _: httpx.Response(404))
        self.calls = CallRepository(db)
        self.closed = ClosedSockets(db)
        self.access = AccessList(db, "http://rooms.test", httpx.AsyncClient(transport=nobody))
        self.gateways = Gateways(db)
        self.workers = Workers(db)
        self.now = NOON
        self.all = subscriptions(
            self.calls, self.access, self.closed, self.gateways, self.workers, lambda: self.now
        )

    async def hears(self, *events: Event) -> None:
        reactions: dict[type[Event], Callable[[Event], Awaitable[object]]] = {
            each.event: each.react for each in self.all
        }
        for event in events:
            await reactions[type(event)](event)

    async def joins(self, name: str, socket: str = "", peer_id: str | None = None) -> Call:
        user_id = name.partition("-")[0]
        frame = JoinRoom.model_validate(
            {
                "type": "joinRoom",
                "connectionId": socket or f"socket-of-{name}",
                "gatewayId": "g1",
                "data": {"roomId": "r1", "peerId": peer_id},
            }
        )
        by = Caller(user_id, name, user_id, frozenset(), 0)
        return await handlers.join(
            self.calls,
            self.access,
            self.closed,
            self.workers,
            frame,
            by=by,
            token="t",
            at=self.now,
        )

    async def there(self) -> list[tuple[str, str]]:
        return [(peer.user_id, peer.state) for peer in (await self.calls.get("r1")).peers]


OPENED = RoomOpened(
    occurred_at=NOON,
    room_id="r1",
    seq=1,
    room_name="Tea",
    host_id="ada",
    host_name="Ada",
    is_private=True,
    topology="auto",
)
BOB_ADMITTED = ParticipantAdmitted(
    occurred_at=NOON, room_id="r1", seq=2, user_id="bob", display_name="Bob", role="participant"
)
BOB_REMOVED = ParticipantRemoved(
    occurred_at=NOON, room_id="r1", seq=3, user_id="bob", reason="left"
)
BOB_AGAIN = BOB_ADMITTED.model_copy(update={"seq": 4})
CLOSED = RoomClosed(occurred_at=NOON, room_id="r1", seq=5, reason="expired", duration_seconds=1)
DELETED = RoomDeleted(occurred_at=NOON, room_id="r1", seq=5)


def socket_closed(socket: str) -> UserDisconnected:
    return UserDisconnected(
        occurred_at=NOON,
        connection_id=socket,
        user_id="bob",
        session_id="bob",
        gateway_id="g1",
        code=1006,
    )


@pytest.fixture
async def service(db: Database) -> Service:
    its = Service(db)
    await its.hears(OPENED, BOB_ADMITTED)
    return its


def test_signaling_reads_what_the_topology_declares(db: Database) -> None:
    subscribed = [each.event for each in Service(db).all]

    assert len(subscribed) == len(set(subscribed))
    assert set(subscribed) == set(READERS["signaling"])


async def test_a_closed_socket_leaves_its_peer_reconnecting_even_when_told_twice(
    service: Service,
) -> None:
    await service.joins("ada")
    call = await service.joins("bob")

    await service.hears(socket_closed("socket-of-bob"), socket_closed("socket-of-bob"))

    assert await service.there() == [("ada", "connected"), ("bob", "reconnecting")]
    assert (await service.calls.get("r1")).version == call.version + 1


async def test_a_socket_that_closes_in_two_calls_is_lost_in_both(service: Service) -> None:
    await service.joins("bob")
    other = await service.calls.get("r1")
    await service.calls._calls.insert_one(
        {**(await service.calls._calls.find_one({"_id": "r1"})), "_id": "r2"}
    )
    assert other.peers

    await service.hears(socket_closed("socket-of-bob"))

    for room_id in ("r1", "r2"):
        assert (await service.calls.get(room_id)).peers[0].state == "reconnecting"


async def test_a_late_word_of_the_old_socket_does_not_hurt_who_is_back(service: Service) -> None:
    call = await service.joins("bob")
    await service.joins("bob", "second-socket", call.peers[0].peer_id)

    await service.hears(socket_closed("socket-of-bob"))

    assert await service.there() == [("bob", "connected")]


async def test_a_socket_that_closed_before_its_join_was_decided_leaves_no_ghost(
    service: Service,
) -> None:
    await service.hears(socket_closed("socket-of-bob"))
    await service.joins("bob")
    assert await service.there() == [("bob", "reconnecting")]

    await handlers.drop_lost(service.calls, at=NOON + timedelta(seconds=8))
    assert await service.there() == []


async def test_coming_back_after_a_restart_finds_the_same_peer(
    service: Service, db: Database
) -> None:
    call = await service.joins("bob")
    await service.hears(socket_closed("socket-of-bob"))

    restarted = Service(db)
    back = await restarted.joins("bob", "second-socket", call.peers[0].peer_id)

    assert [peer.peer_id for peer in back.peers] == [call.peers[0].peer_id]
    assert back.meeting == call.meeting


async def test_who_is_removed_leaves_with_every_device(service: Service) -> None:
    for name in ("ada", "bob-laptop", "bob-phone"):
        await service.joins(name)

    await service.hears(BOB_REMOVED, BOB_REMOVED)

    assert await service.there() == [("ada", "connected")]
    with pytest.raises(RoomNotFound):
        await service.joins("bob-laptop")


async def test_a_late_removal_does_not_hurt_who_was_admitted_again(service: Service) -> None:
    await service.hears(BOB_AGAIN)
    await service.joins("bob")

    await service.hears(BOB_REMOVED)

    assert await service.there() == [("bob", "connected")]


@pytest.mark.parametrize("ended", [CLOSED, DELETED])
async def test_a_call_ends_with_its_room_even_when_told_twice(service: Service, ended) -> None:
    await service.joins("ada")
    await service.joins("bob")

    await service.hears(ended, ended)

    call = await service.calls.get("r1")
    assert (call.peers, call.meeting) == ((), None)
    assert call.version == 6  # started, two joined, two left, ended


@pytest.mark.parametrize("news", [CLOSED, DELETED, BOB_REMOVED])
async def test_what_happens_while_a_join_is_decided_is_not_missed(
    service: Service, monkeypatch, news
) -> None:
    change = service.calls.change

    async def overtaken(key, decide):
        """The fact is heard in full after access was looked up and before the join is saved."""
        monkeypatch.setattr(service.calls, "change", change)
        await service.hears(news)
        return await change(key, decide)

    monkeypatch.setattr(service.calls, "change", overtaken)
    with pytest.raises(RoomNotFound):
        await service.joins("bob")

    assert await service.there() == []


async def test_a_room_that_ends_without_a_call_makes_none(service: Service, db: Database) -> None:
    await service.hears(CLOSED, DELETED)

    assert await db["calls"].count_documents({}) == 0


async def test_silence_before_a_socket_was_given_up_counts(service: Service) -> None:
    await service.joins("bob")
    closed = socket_closed("socket-of-bob").model_copy(update={"silent_seconds": 5.0})

    await service.hears(closed)

    [peer] = (await service.calls.get("r1")).peers
    assert peer.reconnecting_since == NOON - timedelta(seconds=5)


async def test_gateways_are_heard_by_our_own_clock(service: Service) -> None:
    an_hour_ago = NOON - timedelta(hours=1)
    socket = {"connection_id": "c", "user_id": "u", "session_id": "s"}

    await service.hears(
        GatewayAlive(occurred_at=an_hour_ago, gateway_id="g1"),
        UserConnected(occurred_at=an_hour_ago, gateway_id="g2", **socket),
    )

    assert await service.gateways.silent(at=NOON + timedelta(seconds=5)) == []
    silent = await service.gateways.silent(at=NOON + timedelta(seconds=7))
    assert sorted(silent) == ["g1", "g2"]
