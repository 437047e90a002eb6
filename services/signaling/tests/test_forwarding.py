"""Commands that the worker of a call answers, through real servers."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from common.events import Envelope, ParticipantRemoved, TopologyChanged
from common.forwarding import Answer, Leave, Publish, Subscribe
from common.testing import NOON, eventually
from signaling.repository import CallRepository

from .workers import Worker, working

OFFER = {"type": "offer", "sdp": "v=0 offer\r\n"}
ANSWER = {"type": "answer", "sdp": "v=0 answer\r\n"}


@pytest.fixture
async def worker(amqp_url: str, http) -> AsyncIterator[Worker]:
    async with working(amqp_url) as its:
        yield its


@pytest.fixture
def calls(db) -> CallRepository:
    return CallRepository(db)


async def forwarded(device, calls: CallRepository, *names: str, room_id: str = "r1"):
    """People in a call that goes through a worker."""
    people = [device(name) for name in names]
    for each in people:
        await each.joins(room_id)

    async def has_worker() -> bool:
        return (await calls.get(room_id)).topology == "sfu"

    await eventually(has_worker)
    return people


async def test_a_call_that_wants_a_worker_gets_it_when_there_is_one_and_all_are_told(
    device, rooms, calls, amqp_url, listen
) -> None:
    rooms.admit("r1", "ada", topology="sfu")
    ear = await listen(TopologyChanged.type)

    joined = await device("ada").joins()
    assert (joined["topology"], joined["workerId"]) == ("mesh", None)
    async with working(amqp_url):
        told = TopologyChanged.parse((await ear.next()).body)

        assert (told.topology, told.worker_id, told.seq) == ("sfu", "w1", 3)
        again = await device("ada").joins()
        assert (again["topology"], again["workerId"]) == ("sfu", "w1")
        assert again["call"]["seq"] == 3


async def test_the_third_who_joins_is_told_at_once_that_the_call_goes_through_a_worker(
    device, rooms, calls, worker
) -> None:
    rooms.admit("r0", "ada", topology="sfu")
    rooms.admit("r1", "ada", "bob", "cyd")
    await forwarded(device, calls, "ada", room_id="r0")  # the worker is known from here on

    answers = [await device(name).joins("r1") for name in ("ada", "bob", "cyd")]

    assert [each["topology"] for each in answers] == ["mesh", "mesh", "sfu"]
    assert [each["workerId"] for each in answers] == [None, None, "w1"]
    assert answers[2]["call"]["seq"] == 5


async def test_what_a_peer_publishes_is_answered_by_the_worker(
    device, rooms, calls, worker
) -> None:
    rooms.admit("r1", "ada", topology="sfu")
    [ada] = await forwarded(device, calls, "ada")

    told = await ada.send("signal", roomId="r1", to="sfu", leg="pub", description=OFFER)

    assert told.json()["data"] == {
        "description": {"type": "answer", "sdp": "answer to v=0 offer\r\n"}
    }
    [asked] = worker.asked
    assert asked == Publish(
        room_id="r1", peer_id=ada.peer_id, offer=OFFER["sdp"], connection_id=ada.socket
    )


async def test_who_subscribes_is_offered_what_others_in_the_call_send_and_nothing_else(
    device, rooms, calls, worker
) -> None:
    rooms.admit("r1", "ada", "bob", topology="sfu")
    rooms.admit("r2", "cyd", topology="sfu")
    ada, bob = await forwarded(device, calls, "ada", "bob")
    [cyd] = await forwarded(device, calls, "cyd", room_id="r2")
    wanted = [
        {"peerId": bob.peer_id, "kind": "camera", "height": 90},
        {"peerId": bob.peer_id, "kind": "audio"},
        {"peerId": ada.peer_id, "kind": "audio"},
        {"peerId": cyd.peer_id, "kind": "audio"},
        {"peerId": "unknown", "kind": "screen"},
        {"peerId": bob.peer_id, "kind": "camera", "height": 65535},
    ]

    told = await ada.send("subscribe", roomId="r1", tracks=wanted, restart=True)
    empty = await ada.send("subscribe", roomId="r1", tracks=[])
    done = await ada.send("signal", roomId="r1", to="sfu", leg="sub", description=ANSWER)

    assert told.json()["data"] == {
        "description": {"type": "offer", "sdp": "offer"},
        "slots": {
            "0": {"peerId": bob.peer_id, "kind": "camera"},
            "1": {"peerId": bob.peer_id, "kind": "audio"},
        },
    }
    assert empty.json()["data"] == {"slots": {}}
    assert done.json()["data"] == {}
    first, second, answer = worker.asked
    assert isinstance(first, Subscribe)
    assert (first.room_id, first.peer_id, first.connection_id, first.restart) == (
        "r1",
        ada.peer_id,
        ada.socket,
        True,
    )
    assert [(each.peer_id, each.kind, each.height) for each in first.wants] == [
        (bob.peer_id, "camera", 4320),
        (bob.peer_id, "audio", None),
    ]
    assert (second.wants, second.restart) == ([], False)
    assert answer == Answer(room_id="r1", peer_id=ada.peer_id, answer=ANSWER["sdp"])


async def test_nobody_speaks_to_a_worker_from_outside_or_for_somebody_else(
    device, rooms, calls, worker
) -> None:
    rooms.admit("r1", "ada", "bob", topology="sfu")
    [ada] = await forwarded(device, calls, "ada")
    stranger, participant, other_tab = device("eve"), device("bob"), device("ada")
    other_tab.socket = "socket-of-another-tab"

    for who in (stranger, participant, other_tab):
        for room_id in ("r1", "no-such-room"):
            for kind, data in [
                ("signal", {"to": "sfu", "leg": "pub", "description": OFFER}),
                ("signal", {"to": "sfu", "leg": "sub", "description": ANSWER}),
                ("subscribe", {"tracks": [], "peerId": ada.peer_id}),
            ]:
                refused = await who.send(kind, roomId=room_id, **data)
                assert (refused.status_code, refused.json()["code"]) == (404, "not-in-call")
    assert worker.asked == []

    await ada.send("subscribe", roomId="r1", tracks=[])  # the negative control
    assert len(worker.asked) == 1


async def test_in_a_mesh_there_is_no_worker_to_speak_to(device, rooms, http) -> None:
    rooms.admit("r1", "ada")
    ada = device("ada")
    await ada.joins()

    for told in (
        await ada.send("signal", roomId="r1", to="sfu", leg="pub", description=OFFER),
        await ada.send("subscribe", roomId="r1", tracks=[]),
    ):
        assert (told.status_code, told.json()["code"]) == (409, "not-forwarded")


@pytest.mark.parametrize(
    ("code", "status", "told"),
    [
        ("bad-description", 422, "bad-description"),
        ("not-offered", 409, "not-offered"),
        ("something-later", 422, "bad-description"),
    ],
)
async def test_what_a_worker_refuses_is_told(
    device, rooms, calls, worker, code, status, told
) -> None:
    rooms.admit("r1", "ada", topology="sfu")
    [ada] = await forwarded(device, calls, "ada")
    worker.refuses = lambda _: code

    refused = await ada.send("signal", roomId="r1", to="sfu", leg="sub", description=ANSWER)

    assert (refused.status_code, refused.json()["code"]) == (status, told)


async def test_a_worker_that_is_away_can_be_tried_again(device, rooms, calls, amqp_url) -> None:
    rooms.admit("r1", "ada", topology="sfu")
    async with working(amqp_url):
        [ada] = await forwarded(device, calls, "ada")

    async def is_away() -> bool:
        refused = await ada.send("subscribe", roomId="r1", tracks=[])
        if refused.status_code == 200:
            return False  # its queue is not gone yet
        assert (refused.status_code, refused.json()["code"]) == (503, "worker-away")
        assert refused.headers["retry-after"] == "1"
        return True

    await eventually(is_away)


async def test_who_leaves_is_forgotten_by_the_worker(device, rooms, calls, worker, db) -> None:
    rooms.admit("r1", "ada", "bob", topology="sfu")
    _, bob = await forwarded(device, calls, "ada", "bob")

    await bob.send("leaveRoom", roomId="r1")

    await eventually(lambda: asyncio.sleep(0, worker.asked_for(Leave)))
    assert worker.asked == [Leave(room_id="r1", peer_id=bob.peer_id)]

    async def is_confirmed() -> bool:
        return (await calls.get("r1")).partings == ()

    await eventually(is_confirmed)


async def test_who_is_put_out_of_the_room_is_put_out_of_the_worker_s_too(
    device, rooms, calls, worker
) -> None:
    rooms.admit("r1", "ada", "bob", topology="sfu")
    _, bob = await forwarded(device, calls, "ada", "bob")
    await bob.send("signal", roomId="r1", to="sfu", leg="pub", description=OFFER)
    assert worker.rooms == {"r1": {bob.peer_id}}
    removed = ParticipantRemoved(
        occurred_at=NOON, room_id="r1", seq=9, user_id="bob", reason="removed"
    )

    await worker.bus.publish(Envelope.of(removed, {}))

    await eventually(lambda: asyncio.sleep(0, worker.rooms == {"r1": set()}))
    refused = await bob.send("subscribe", roomId="r1", tracks=[])
    assert (refused.status_code, refused.json()["code"]) == (404, "not-in-call")


async def test_who_is_removed_while_the_worker_is_asked_gets_no_answer_and_is_forgotten(
    device, rooms, calls, worker, http
) -> None:
    rooms.admit("r1", "ada", "bob", topology="sfu")
    _, bob = await forwarded(device, calls, "ada", "bob")

    async def kick(request: object) -> None:
        if isinstance(request, Publish):
            await bob.send("leaveRoom", roomId="r1")
            await eventually(lambda: asyncio.sleep(0, worker.asked_for(Leave)))

    worker.before_answer = kick
    refused = await bob.send("signal", roomId="r1", to="sfu", leg="pub", description=OFFER)

    assert (refused.status_code, refused.json()["code"]) == (404, "not-in-call")
    assert len(worker.asked_for(Leave)) == 2, "the first came before the peer was there"
    assert worker.rooms == {"r1": set()}
