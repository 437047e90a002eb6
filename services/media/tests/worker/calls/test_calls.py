"""Calls of several people through a real worker, over real sockets."""

import re

import pytest
from aiortc.rtp import RtpPacket

from common import background
from common.forwarding import REQUEST, Answer, Close, Publish, queue_of
from common.requests import Requests
from common.testing import eventually
from media.worker.app import working

from .people import Person, RefusedError, answered


async def meet(*people):
    for someone in people:
        await someone.speaks()
    for someone in people:
        await someone.watches(*(other.name for other in people if other is not someone))


async def test_three_people_hear_and_see_each_other(person):
    ada, bob, eve = person("ada"), person("bob"), person("eve")

    await meet(ada, bob, eve)

    await ada.sees(bob, eve)
    await bob.sees(ada, eve)
    await eve.sees(ada, bob)


async def test_who_comes_next_is_seen_in_the_sections_of_who_left(person):
    ada, bob, eve = person("ada"), person("bob"), person("eve")
    await meet(ada, bob)
    await ada.sees(bob)

    await bob.leaves()
    await eve.speaks()
    await ada.watches("eve")

    await ada.sees(eve)
    assert len(ada.sub.getTransceivers()) == 2


async def test_who_is_wanted_before_they_come_is_seen_when_they_come(person):
    ada, bob = person("ada"), person("bob")
    await ada.watches("bob")

    await bob.speaks()

    await ada.sees(bob)


async def test_a_new_way_is_offered_while_media_goes_on_on_the_old_one(person):
    ada, bob = person("ada"), person("bob")
    await meet(ada, bob)
    await ada.sees(bob)

    told = await ada.asks_for("bob", restart=True)

    before = ada.sub.remoteDescription.sdp
    for line, stays in (("ice-ufrag", False), ("ice-pwd", False), ("fingerprint:sha-256", True)):
        value = re.compile(rf"a={line}[: ](\S+)")
        assert (value.search(told["offer"])[1] == value.search(before)[1]) is stays
    await ada.sees(bob)


async def test_asking_again_changes_nothing(person):
    ada, bob = person("ada"), person("bob")
    await meet(ada, bob)
    answer = ada.pub.remoteDescription.sdp

    again = await ada.speaks()
    told = await ada.asks_for("bob")

    ufrag = re.compile(r"a=ice-ufrag:(\S+)")
    assert ufrag.search(again)[1] == ufrag.search(answer)[1]
    assert "offer" not in told
    await bob.sees(ada)


async def test_an_offer_without_an_answer_is_made_again(person):
    ada = person("ada")
    await ada.asks_for("bob")

    told = await ada.asks_for("bob")

    assert "offer" in told


async def test_what_is_encrypted_end_to_end_passes_through_unchanged(person):
    ada, bob = person("ada"), person("bob")
    sent, came = set(), set()
    await ada.speaks()
    [camera] = [each for each in ada.pub.getTransceivers() if each.kind == "video"]
    encode = camera.sender._next_encoded_frame

    async def encrypted(codec):
        frame = await encode(codec)
        if frame is not None:
            # The descriptor and the first ten bytes of a frame stay readable.
            clear = [20 if place == 0 else 10 for place in range(len(frame.payloads))]
            frame.payloads = [
                payload[:end] + bytes(byte ^ 0x5A for byte in payload[end:])
                for payload, end in zip(frame.payloads, clear, strict=True)
            ]
            sent.update(frame.payloads)
        return frame

    camera.sender._next_encoded_frame = encrypted
    await bob.watches("ada")
    router = bob.sub.getTransceivers()[0].receiver.transport._rtp_router
    route = router.route_rtp

    def noted(packet: RtpPacket):
        if packet.payload_type == 96:
            came.add(packet.payload)
        return route(packet)

    router.route_rtp = noted

    async def enough():
        return len(came & sent) >= 20

    await eventually(enough, within=60)
    assert len(came - sent) < 20, "only what was sent before it was encrypted"


async def test_calls_go_on_with_another_worker_when_everybody_connects_anew(
    person, settings, amqp_url
):
    ada, bob = person("ada"), person("bob")
    await meet(ada, bob)
    await bob.sees(ada)
    requests = Requests(amqp_url)
    async with background.running(requests.run()), working(settings) as other:
        await eventually(other.answering.reachable)

        async def ask(request):
            return await requests.ask(queue_of(other.id), REQUEST.dump_json(request), within=10)

        again = [Person(each.name, ask, brightness=each.brightness) for each in (ada, bob)]
        with pytest.raises(RefusedError, match="not-offered"):
            answered(await ask(Answer(room_id="room", peer_id="ada", answer="")))

        await meet(*again)

        await again[0].sees(again[1])
        for someone in again:
            await someone.hangs_up()


async def test_another_page_in_a_peers_place_replaces_both_its_connections(person, ask):
    ada, bob = person("ada"), person("bob")
    await meet(ada, bob)
    await bob.sees(ada)

    reloaded = Person("ada", ask, brightness=200)
    await reloaded.speaks()
    ada.brightness = 200

    assert "offer" in await reloaded.asks_for("bob")
    await bob.sees(ada)
    await reloaded.hangs_up()


async def test_descriptions_that_are_none_are_refused(ask):
    of_ada = {"room_id": "room", "peer_id": "ada"}

    for request, code in (
        (Publish(**of_ada, offer="hello", connection_id="socket"), "bad-description"),
        (Answer(**of_ada, answer="hello"), "not-offered"),
    ):
        with pytest.raises(RefusedError, match=code):
            answered(await ask(request))


async def test_a_room_that_is_closed_is_gone(person, worker, ask):
    ada, bob = person("ada"), person("bob")
    await meet(ada, bob)
    assert (len(worker.rooms), worker.rooms.peers) == (1, 2)

    await ask(Close(room_id="room"))
    await ask(Close(room_id="room"))

    assert (len(worker.rooms), worker.rooms.peers) == (0, 0)


async def test_who_goes_without_a_word_is_forgotten(person, worker):
    ada, bob = person("ada"), person("bob")
    await meet(ada, bob)
    await bob.sees(ada)

    await ada.hangs_up()

    async def forgotten():
        return worker.rooms.peers == 1

    await eventually(forgotten, within=60)
