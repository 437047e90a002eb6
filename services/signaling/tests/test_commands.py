import asyncio
import json

import orjson

from common.testing import Issuer

OFFER = {"type": "offer", "sdp": "v=0\r\n"}


async def test_who_joins_is_told_who_is_there_and_how_to_reach_them(device, rooms) -> None:
    rooms.admit("r1", "ada", "bob", topology="sfu")
    await device("ada").joins(audio=True)

    answer = await device("bob").send(
        "joinRoom", roomId="r1", video=True, userId="eve", roomPassword="x", after={"chat": 3}
    )

    told = answer.json()
    assert told["subscribe"] == ["room.r1"]
    data = told["data"]
    assert data["topology"] == "mesh"
    call = data["call"]
    assert call["seq"] == 3
    ada, bob = call["peers"]
    assert (ada["userId"], ada["displayName"], ada["audio"]) == ("ada", "Ada", True)
    assert (bob["userId"], bob["peerId"], bob["video"]) == ("bob", data["peerId"], True)
    assert bob["state"] == "connected"
    assert bob["handRaisedAt"] is None
    assert set(bob) == {
        "peerId", "userId", "displayName", "role", "state", "audio", "video", "screen",
        "handRaisedAt", "joinedAt",
    }  # fmt: skip
    stun, turn = data["iceServers"]
    assert stun == {"urls": ["stun:turn.example:3478"]}
    assert turn["username"].endswith(":bob")


async def test_everything_that_happens_is_told_in_the_room_s_stream(device, rooms, listen) -> None:
    rooms.admit("r1", "ada", "bob")
    ear = await listen("room.r1")
    ada, bob = device("ada"), device("bob")

    await ada.joins()
    await bob.joins()
    for answer in [
        await ada.send("mediaState", roomId="r1", screen=True),
        await ada.send("raiseHand", roomId="r1"),
        await ada.send("lowerHand", roomId="r1"),
        await bob.send("leaveRoom", roomId="r1"),
        await ada.send("leaveRoom", roomId="r1"),
    ]:
        assert answer.status_code == 200
    assert (answer.json()["data"], answer.json()["subscribe"]) == ({}, [])
    assert answer.json()["unsubscribe"] == ["room.r1"]

    heard = [await ear.next() for _ in range(9)]
    assert [each.headers["x-seq"] for each in heard] == [*range(1, 10)]
    assert [each.headers["x-frame"] for each in heard] == [
        "callStarted",
        "participantJoined",
        "participantJoined",
        "participantUpdated",
        "participantUpdated",
        "participantUpdated",
        "participantLeft",
        "participantLeft",
        "callEnded",
    ]
    assert json.loads(heard[-1].body)["participants"] == ["ada", "bob"]


async def test_who_is_no_participant_is_told_that_there_is_no_such_room(device, rooms) -> None:
    rooms.admit("r1", "ada")
    await device("ada").joins()

    refused = await device("eve").send("joinRoom", roomId="r1")

    assert (refused.status_code, refused.json()["code"]) == (404, "room-not-found")


async def test_a_closed_room_cannot_be_joined(device, rooms) -> None:
    rooms.admit("r1", "ada", isOpen=False)

    refused = await device("ada").send("joinRoom", roomId="r1")

    assert (refused.status_code, refused.json()["code"]) == (409, "room-closed")


async def test_a_participant_who_is_not_in_the_call_is_told_so(device, rooms) -> None:
    rooms.admit("r1", "ada", "bob")
    await device("ada").joins()

    for kind, data in [
        ("leaveRoom", {}),
        ("mediaState", {"audio": True}),
        ("raiseHand", {}),
        ("lowerHand", {}),
        ("signal", {"to": "somebody", "description": OFFER}),
    ]:
        for room_id in ("r1", "no-such-room"):
            refused = await device("bob").send(kind, roomId=room_id, **data)
            assert (refused.status_code, refused.json()["code"]) == (404, "not-in-call")


async def test_the_same_frame_twice_is_the_same_peer(device, rooms) -> None:
    rooms.admit("r1", "ada")
    ada = device("ada")

    first, second = await ada.joins(), await ada.joins()

    assert first["peerId"] == second["peerId"]
    assert first["call"] == second["call"]


async def test_a_session_on_a_new_socket_is_the_same_peer(device, rooms, listen) -> None:
    rooms.admit("r1", "ada", "bob")
    ada, bob = device("ada"), device("bob")
    await ada.joins()
    await bob.joins()
    ear = await listen("connection.second-socket")

    first, bob.socket = bob.peer_id, "second-socket"
    again = await bob.joins(peerId=first)
    sent = await ada.send("signal", roomId="r1", to=first, description=OFFER)

    assert again["peerId"] == first
    assert sent.status_code == 200
    assert orjson.loads((await ear.next()).body)["data"]["from"] == ada.peer_id


async def test_a_tab_that_was_taken_over_from_is_told_that_the_call_goes_on_elsewhere(
    device, rooms
) -> None:
    rooms.admit("r1", "ada")
    ada = device("ada")
    first = await ada.joins()
    ada.socket = "socket-of-the-second-tab"
    second = await ada.joins()

    ada.socket = "first-tab-again"
    refused = await ada.send("joinRoom", roomId="r1", peerId=first["peerId"])

    assert (refused.status_code, refused.json()["code"]) == (409, "goes-on-elsewhere")
    ada.socket = "socket-of-the-second-tab"
    assert (await ada.joins())["peerId"] == second["peerId"]


async def test_a_page_loaded_anew_leaves_no_second_entry(device, rooms) -> None:
    rooms.admit("r1", "ada")
    ada = device("ada")
    first = await ada.joins()

    ada.socket = "second-socket"
    second = await ada.joins()

    assert second["peerId"] != first["peerId"]
    assert second["call"]["meetingId"] == first["call"]["meetingId"]
    assert [peer["peerId"] for peer in second["call"]["peers"]] == [second["peerId"]]


async def test_a_signal_reaches_one_socket_and_only_that(device, rooms, listen) -> None:
    rooms.admit("r1", "ada", "bob", "cyd")
    ada, bob, cyd = device("ada"), device("bob"), device("cyd")
    for each in (ada, bob, cyd):
        await each.joins()
    at_bob, at_cyd = (
        await listen(f"connection.{bob.socket}"),
        await listen(f"connection.{cyd.socket}"),
    )

    await ada.send("signal", roomId="r1", to=bob.peer_id, description={**OFFER, "x": "y"})
    await ada.send("signal", roomId="r1", to=bob.peer_id, candidate=None)

    first, second = await at_bob.next(), await at_bob.next()
    assert orjson.loads(first.body) == {
        "type": "signal",
        "roomId": "r1",
        "data": {"from": ada.peer_id, "description": OFFER},
    }
    assert orjson.loads(second.body)["data"] == {"from": ada.peer_id, "candidate": None}
    assert await at_cyd.hears_nothing_yet()


async def test_nobody_is_reached_from_outside_or_from_another_room(device, rooms, listen) -> None:
    rooms.admit("r1", "ada", "eve")
    rooms.admit("r2", "eve")
    ada, eve = device("ada"), device("eve")
    await ada.joins("r1")
    ear = await listen(f"connection.{ada.socket}")

    async def tries(room_id: str) -> str:
        sent = await eve.send("signal", roomId=room_id, to=ada.peer_id, description=OFFER)
        assert sent.status_code == 404
        return sent.json()["code"]

    assert await tries("r1") == "not-in-call"
    await eve.joins("r2")
    assert await tries("r1") == "not-in-call"
    assert await tries("r2") == "peer-not-found"
    assert await ear.hears_nothing_yet()

    await eve.joins("r1")  # the negative control: from inside it does arrive
    await eve.send("signal", roomId="r1", to=ada.peer_id, description=OFFER)
    assert await ear.next()


async def test_another_session_of_the_same_person_speaks_only_for_itself(
    device, rooms, listen
) -> None:
    rooms.admit("r1", "ada", "bob")
    bob = device("bob")
    await device("ada-laptop").joins()
    await bob.joins()

    refused = await device("ada-phone").send(
        "signal", roomId="r1", to=bob.peer_id, description=OFFER
    )

    assert refused.json()["code"] == "not-in-call"


async def test_fifty_people_join_at_once_and_everybody_is_there(device, rooms) -> None:
    people = [f"person{number}" for number in range(50)]
    rooms.admit("r1", *people)

    joined = await asyncio.gather(*(device(who).joins() for who in people))

    assert len({each["peerId"] for each in joined}) == 50
    last = max(joined, key=lambda each: each["call"]["seq"])["call"]
    assert last["seq"] == 51
    assert len(last["peers"]) == 50
    assert len({each["call"]["meetingId"] for each in joined}) == 1


async def test_two_replicas_take_turns_in_one_call(
    device, rooms, issuer: Issuer, settings, replica, http
) -> None:
    people = [f"person{number}" for number in range(20)]
    rooms.admit("r1", *people)

    async with replica(settings) as second:
        clients = [device(who) for who in people]
        for each in clients[::2]:
            each._http = second
        joined = await asyncio.gather(*(each.joins() for each in clients))

    assert sorted(each["call"]["seq"] for each in joined) == [*range(2, 22)]


async def test_a_call_outlives_the_service(device, rooms, settings, replica, http) -> None:
    rooms.admit("r1", "ada", "bob")
    ada, bob = device("ada"), device("bob")
    before = await ada.joins()

    async with replica(settings) as restarted:
        bob._http = restarted
        after = await bob.joins()

    assert after["call"]["meetingId"] == before["call"]["meetingId"]
    assert [peer["userId"] for peer in after["call"]["peers"]] == ["ada", "bob"]


async def test_when_rooms_is_away_only_those_are_kept_waiting_whom_nobody_knows(
    device, rooms
) -> None:
    rooms.admit("r1", "ada")
    await device("ada").joins()

    rooms.stop()
    refused = await device("bob").send("joinRoom", roomId="r1")

    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
    assert refused.headers["retry-after"]
    await device("ada").joins()
