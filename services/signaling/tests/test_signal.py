from dataclasses import replace

import pytest
from pydantic import ValidationError

from signaling import domain
from signaling.domain import Address
from signaling.protocol import MOST_SDP, Signal, Signaled, Subscribing

ADA = Address("p-ada", "s-ada", "c-ada", "connected")
BOB = Address("p-bob", "s-bob", "c-bob", "connected")
OFFER = {"type": "offer", "sdp": "v=0\r\n"}
ANSWER = {"type": "answer", "sdp": "v=0\r\n"}
CANDIDATE = {
    "candidate": "candidate:1 1 udp 2113937151 192.0.2.1 54400 typ host",
    "sdpMid": "0",
    "sdpMLineIndex": 0,
    "usernameFragment": "f4Xa",
}


def signaled(**data) -> Signaled:
    return Signaled.model_validate({"roomId": "r1", "to": "p-bob", **data})


def test_a_signal_goes_from_the_session_s_own_peer_to_the_other_s_socket() -> None:
    route = domain.route([ADA, BOB], session_id="s-ada", to="p-bob")

    assert (route.sender, route.connection_id) == ("p-ada", "c-bob")


@pytest.mark.parametrize("people", [[], [BOB]])
def test_an_outsider_reaches_nobody(people) -> None:
    with pytest.raises(domain.NotInCall):
        domain.route(people, session_id="s-eve", to="p-bob")


def test_who_is_not_in_this_call_is_not_reached_from_it() -> None:
    with pytest.raises(domain.PeerNotFound):
        domain.route([ADA], session_id="s-ada", to="p-bob")


def test_a_peer_without_a_socket_can_be_tried_again() -> None:
    away = replace(BOB, state="reconnecting")

    with pytest.raises(domain.PeerReconnecting) as refused:
        domain.route([ADA, away], session_id="s-ada", to="p-bob")
    assert refused.value.transient


@pytest.mark.parametrize(
    ("given", "passed_on"),
    [
        (
            {"description": {"type": "offer", "sdp": "v=0\r\n", "toJSON": "x", "$where": 1}},
            {"description": {"type": "offer", "sdp": "v=0\r\n"}},
        ),
        (
            {"description": {"type": "rollback"}, "eval": "x"},
            {"description": {"type": "rollback"}},
        ),
        ({"candidate": {**CANDIDATE, "foundation": "1"}}, {"candidate": CANDIDATE}),
        (
            {"candidate": {"candidate": "", "sdpMid": None}},
            {"candidate": {"candidate": "", "sdpMid": None}},
        ),
        ({"candidate": None}, {"candidate": None}),
    ],
)
def test_what_w3c_knows_is_passed_on_and_nothing_else(given, passed_on) -> None:
    assert signaled(**given).content() == passed_on


@pytest.mark.parametrize("kind", ["offer", "answer", "pranswer"])
def test_a_description_may_be_as_long_as_a_frame_can_hold(kind: str) -> None:
    sdp = "x" * MOST_SDP

    assert signaled(description={"type": kind, "sdp": sdp}).content()["description"]["sdp"] == sdp


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"description": {"type": "offer", "sdp": "v=0"}, "candidate": None},
        {"description": {"type": "offer", "sdp": "v=0"}, "candidate": CANDIDATE},
        {"description": None},
        {"description": None, "candidate": CANDIDATE},
        {"description": "v=0"},
        {"description": []},
        {"description": {"type": "offer"}},
        {"description": {"type": "offer", "sdp": ""}},
        {"description": {"type": "offer", "sdp": None}},
        {"description": {"type": "offer", "sdp": {"$gt": ""}}},
        {"description": {"type": "offer", "sdp": 1}},
        {"description": {"type": "hello", "sdp": "v=0"}},
        {"description": {"sdp": "v=0"}},
        {"description": {"type": "offer", "sdp": "x" * (MOST_SDP + 1)}},
        {"description": {"type": "offer", "sdp": "€" * (MOST_SDP // 3 + 1)}},
        {"description": {"type": "offer", "sdp": "\ud800"}},
        {"candidate": "candidate:1"},
        {"candidate": {"candidate": "candidate:1"}},
        {"candidate": {**CANDIDATE, "candidate": "x" * 2049}},
        {"candidate": {**CANDIDATE, "sdpMLineIndex": -1}},
        {"candidate": {**CANDIDATE, "sdpMLineIndex": 65536}},
        {"candidate": {**CANDIDATE, "sdpMLineIndex": "0"}},
        {"candidate": {**CANDIDATE, "sdpMLineIndex": True}},
        {"candidate": {**CANDIDATE, "sdpMid": 0}},
        {"candidate": {**CANDIDATE, "usernameFragment": "x" * 257}},
        {"candidate": None, "to": {"$ne": ""}},
        {"candidate": None, "to": ""},
        {"candidate": None, "to": "*"},
        {"candidate": None, "roomId": "../../admin"},
        {"candidate": None, "roomId": {"$gt": ""}},
    ],
)
def test_a_signal_of_another_shape_is_refused(wrong) -> None:
    with pytest.raises(ValidationError):
        signaled(**wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"to": "sfu", "leg": "pub", "description": ANSWER},
        {"to": "sfu", "leg": "sub", "description": OFFER},
        {"to": "sfu", "leg": "pub", "description": {"type": "rollback"}},
        {"to": "sfu", "leg": "pub"},
        {"to": "sfu", "leg": "pub", "description": None},
        {"to": "sfu", "leg": "pub", "candidate": None},
        {"to": "sfu", "description": OFFER},
        {"to": "sfu", "leg": "both", "description": OFFER},
        {"to": ["sfu"], "leg": "pub", "description": OFFER},
        "sfu",
    ],
)
def test_a_signal_to_a_worker_of_another_shape_is_refused(wrong) -> None:
    data = {"roomId": "r1", **wrong} if isinstance(wrong, dict) else wrong
    frame = {"connectionId": "c", "gatewayId": "g", "type": "signal", "data": data}

    with pytest.raises(ValidationError):
        Signal.model_validate(frame)


TRACK = {"peerId": "p", "kind": "camera", "height": 180}


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"tracks": None},
        {"tracks": TRACK},
        {"tracks": [{**TRACK, "kind": "smell"}]},
        {"tracks": [{**TRACK, "height": -1}]},
        {"tracks": [{**TRACK, "height": 65536}]},
        {"tracks": [{**TRACK, "height": 0.5}]},
        {"tracks": [{**TRACK, "peerId": "*"}]},
        {"tracks": [{**TRACK, "peerId": {"$ne": ""}}]},
        {"tracks": [TRACK] * 1501},
        {"tracks": [TRACK], "restart": 1},
        {"tracks": [TRACK], "roomId": "../.."},
    ],
)
def test_wants_of_another_shape_are_refused(wrong) -> None:
    with pytest.raises(ValidationError):
        Subscribing.model_validate({"roomId": "r1", **wrong})
