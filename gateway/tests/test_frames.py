"""What decides about frames without any input or output."""

import asyncio
import json

import pytest

from gateway.fanout import is_key
from gateway.realtime import protocol
from gateway.realtime.lanes import DEPTH, LaneFull, Lanes
from gateway.realtime.listeners import Listeners
from gateway.realtime.pace import BURST, PATIENCE, RATE, Pace
from gateway.realtime.protocol import ClientFrame, Malformed, ServerFrame


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "[]",
        "7",
        '"x"',
        "{}",
        '{"id":1}',
        '{"type":"ping"}',
        '{"id":"1","type":"ping"}',
        '{"id":true,"type":"ping"}',
        '{"id":null,"type":"ping"}',
        '{"id":1,"type":7}',
        '{"id":1,"type":"ping","data":[]}',
        '{"id":1,"type":"ping","data":"x"}',
        '{"id":NaN,"type":"ping"}',
        '{"id":1,"type":"ping","data":' + "[" * 5000 + "]" * 5000 + "}",
        '{"id":1,"type":"\ud800"}',
    ],
)
def test_what_is_no_frame_is_recognised(text: str) -> None:
    with pytest.raises(Malformed):
        protocol.read(text)


def test_a_frame_is_read_whole() -> None:
    frame = protocol.read('{"id":7,"type":"typing","data":{"roomId":"r"},"later":1}')

    assert frame == ClientFrame(7, "typing", {"roomId": "r"})
    assert protocol.read('{"id":7,"type":"ping"}').data == {}


def test_a_fact_becomes_a_frame_without_being_read() -> None:
    frame = protocol.event("chatMessage", 'r"1', 41, '{"message":"é"}'.encode())

    told = {"type": "chatMessage", "roomId": 'r"1', "seq": 41, "data": {"message": "é"}}
    assert json.loads(frame.content) == told
    assert frame.topic is None


def test_a_fact_outside_rooms_has_no_room_and_no_number() -> None:
    frame = protocol.event("notification", None, None, b"{}")

    assert json.loads(frame.content) == {"type": "notification", "data": {}}


def test_typing_is_known_to_be_superseded() -> None:
    typing = protocol.live(b'{"type":"typing","data":{"userId":"ada"},"roomId":"tea"}')

    assert typing.topic == ("typing", "tea", "ada")
    assert protocol.live(b'{"type":"signal","data":{}}').topic is None


def test_resync_is_as_large_as_it_says() -> None:
    assert json.loads(protocol.resync().content) == {"type": "resync", "data": {}}
    assert json.loads(protocol.resync("r").content) == {"type": "resync", "roomId": "r", "data": {}}


def test_a_burst_may_pass_at_once_and_then_slows_down() -> None:
    pace = Pace()

    waits = [pace.wait(100.0) for _ in range(BURST + 20)]

    assert waits[:BURST] == [0.0] * BURST
    assert waits[-1] == pytest.approx(20 / RATE)


def test_who_keeps_to_the_rate_never_waits() -> None:
    pace = Pace()

    assert not any(pace.wait(100.0 + number / RATE) for number in range(1000))


def test_who_never_rests_is_hopeless_and_who_rests_is_not() -> None:
    def after(seconds: float, *, rate: float) -> bool:
        pace = Pace()
        now = 100.0
        while now < 100.0 + seconds:
            now += max(1 / rate, pace.wait(now))
        return pace.is_hopeless(now)

    assert not after(PATIENCE - 1, rate=1000)
    assert after(PATIENCE + 3, rate=1000)
    assert not after(PATIENCE * 3, rate=RATE - 1)


async def test_tickets_of_one_service_take_turns_and_others_do_not_wait() -> None:
    lanes = Lanes()
    [first], [second], [other] = (lanes.tickets((name,)) for name in ("chat", "chat", "auth"))
    done: list[str] = []

    async def pass_through(name: str, ticket: object) -> None:
        await ticket.turn()
        done.append(name)

    tasks = [
        asyncio.create_task(pass_through(name, ticket))
        for name, ticket in (("second", second), ("first", first), ("other", other))
    ]
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    assert done == ["first", "other"]
    first.leave()
    first.leave()
    await asyncio.gather(*tasks)
    assert done == ["first", "other", "second"]


def test_a_full_lane_takes_nobody_and_disturbs_no_other() -> None:
    lanes = Lanes()
    tickets = [lanes.tickets(("chat",)) for _ in range(DEPTH)]

    with pytest.raises(LaneFull):
        lanes.tickets(("signaling", "chat"))

    for [ticket] in tickets:
        ticket.leave()
    assert len(lanes.tickets(("signaling", "chat"))) == 2


def test_a_ticket_given_up_before_its_turn_lets_others_pass() -> None:
    lanes = Lanes()
    [_first], [second], [third] = (lanes.tickets(("chat",)) for _ in range(3))

    second.leave()
    _first.leave()

    assert third._turn.is_set()


class Ear:
    def __init__(self, user_id: str = "ada") -> None:
        self.user_id = user_id

    def hear(self, frame: ServerFrame) -> None: ...


def test_a_key_is_heard_until_every_holder_lets_go() -> None:
    listeners, ear = Listeners(), Ear()

    assert listeners.hold(ear, "room.a", "chat")
    assert not listeners.hold(ear, "room.a", "signaling")
    assert not listeners.release(ear, "room.a", "chat")
    assert listeners.hears(ear, "room.a")
    assert listeners.release(ear, "room.a", "signaling")
    assert not listeners.is_heard("room.a")


def test_a_key_is_wanted_as_long_as_anybody_hears_it() -> None:
    listeners, ear, other = Listeners(), Ear(), Ear()
    listeners.hold(ear, "room.a", "chat")

    assert not listeners.hold(other, "room.a", "chat")
    assert not listeners.release(ear, "room.a", "chat")
    assert listeners.forget(other) == ["room.a"]
    assert listeners.keys() == []


def test_letting_go_of_what_was_never_held_changes_nothing() -> None:
    listeners, ear = Listeners(), Ear()
    listeners.hold(ear, "room.a", "chat")

    assert not listeners.release(ear, "room.a", "signaling")
    assert not listeners.release(ear, "room.b", "chat")
    assert not listeners.release(Ear(), "room.a", "chat")
    assert not listeners.drop(Ear(), "room.a")
    assert listeners.forget(Ear()) == []
    assert listeners.hears(ear, "room.a")


def test_who_holds_several_of_the_keys_is_named_once() -> None:
    listeners, ear, other = Listeners(), Ear(), Ear()
    for key in ("room.a", "user.ada"):
        listeners.hold(ear, key, "chat")
    listeners.hold(other, "room.a", "chat")

    assert listeners.of(["type", "user.ada", "room.a"]) == [ear, other]
    assert listeners.of(["room.a"]) == [ear, other]
    assert listeners.of(["room.b"]) == []


@pytest.mark.parametrize(
    ("key", "good"),
    [
        ("room.tea-time", True),
        ("user.Ab_9~:@", True),
        ("room.#", False),
        ("room.*", False),
        ("#", False),
        ("room.", False),
        ("room.a.b", False),
        ("room.a b", False),
        ("room." + "a" * 200, False),
    ],
)
def test_a_key_names_one_thing(key: str, good: bool) -> None:
    assert is_key(key) is good
