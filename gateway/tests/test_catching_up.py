"""What the bus did not bring is found by its number."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from common import background
from common.bus import Bus
from common.events import Envelope
from common.testing import eventually

from .people import person
from .servers import NO_BROKER, Log, Platform, follows, open_gateway, said, told


@pytest.fixture
def log(platform: Platform) -> Log:
    follows(platform)
    return Log(platform)


def messages(room: str, count: int) -> list[Envelope]:
    return [said(room, number + 1) for number in range(count)]


async def heard(somebody: Any, count: int) -> list[int]:
    return [(await somebody.hears("chatMessage"))["seq"] for _ in range(count)]


async def test_chat_goes_on_without_a_broker(
    gateway: httpx.AsyncClient, log: Log, ada: str, bob: str
) -> None:
    async with person(str(gateway.base_url), ada) as one, person(str(gateway.base_url), bob) as two:
        for somebody in (one, two):
            await somebody.ask("followRoom", {"roomId": "tea"})

        log.facts["tea"] = messages("tea", 3)

        for somebody in (one, two):
            assert await heard(somebody, 3) == [1, 2, 3]


async def test_a_gap_is_filled_and_shown_in_order(edge: str, log: Log, bus: Bus, ada: str) -> None:
    async with person(edge, ada) as somebody:
        await somebody.ask("followRoom", {"roomId": "tea"})
        log.facts["tea"] = messages("tea", 3)

        await bus.publish(said("tea", 1))
        await bus.publish(said("tea", 3))

        assert await heard(somebody, 3) == [1, 2, 3]
        await bus.publish(said("tea", 2))
        await bus.publish(said("tea", 4))
        assert await heard(somebody, 1) == [4]


async def test_what_is_told_again_and_again_does_not_pass_for_news(
    edge: str, log: Log, bus: Bus, ada: str
) -> None:
    async def repeat() -> None:
        while True:
            await bus.publish(said("tea", 1))

    async with person(edge, ada) as somebody:
        await somebody.ask("followRoom", {"roomId": "tea"})
        async with background.running(repeat()):
            assert await heard(somebody, 1) == [1]
            log.facts["tea"] = messages("tea", 3)

            assert await heard(somebody, 2) == [2, 3]


async def test_what_the_answer_contained_is_not_shown_again_and_what_it_lacked_is(
    edge: str, platform: Platform, log: Log, bus: Bus, ada: str
) -> None:
    def answer(command: dict[str, Any]) -> dict[str, Any]:
        return {"data": {}, "subscribe": [f"room.{command['data']['roomId']}"], "seq": 5}

    platform.on_commands("chat", answer)
    log.facts["tea"] = messages("tea", 7)

    async with person(edge, ada) as somebody:
        await somebody.ask("followRoom", {"roomId": "tea"})
        await bus.publish(said("tea", 5))
        await bus.publish(said("tea", 7))

        assert await heard(somebody, 2) == [6, 7]


async def test_much_that_was_missed_comes_in_pieces(
    gateway: httpx.AsyncClient, log: Log, ada: str
) -> None:
    log.at_once = 3
    async with person(str(gateway.base_url), ada) as somebody:
        await somebody.ask("followRoom", {"roomId": "tea"})
        log.facts["tea"] = messages("tea", 10)

        assert await heard(somebody, 10) == list(range(1, 11))


async def test_who_may_not_hear_any_more_is_found_though_no_fact_says_so(
    gateway: httpx.AsyncClient, log: Log, ada: str
) -> None:
    async with person(str(gateway.base_url), ada) as somebody:
        await somebody.ask("followRoom", {"roomId": "tea"})
        log.refuses.add("tea")

        told_ = await somebody.hears("resync")
        log.refuses.clear()
        log.facts["tea"] = messages("tea", 1)
        await somebody.ask("followRoom", {"roomId": "cake"})
        log.facts["cake"] = messages("cake", 1)

        assert told_["roomId"] == "tea"
        assert (await somebody.hears("chatMessage"))["roomId"] == "cake"


async def test_clients_ask_for_a_room_of_which_something_is_gone_for_good(
    gateway: httpx.AsyncClient, log: Log, ada: str
) -> None:
    async with person(str(gateway.base_url), ada) as somebody:
        await somebody.ask("followRoom", {"roomId": "tea"})
        log.forgotten = 2
        log.facts["tea"] = messages("tea", 4)

        assert (await somebody.hears("resync"))["roomId"] == "tea"
        assert await heard(somebody, 2) == [3, 4]


async def test_rooms_nobody_hears_are_not_asked_about(
    gateway: httpx.AsyncClient, log: Log, platform: Platform, ada: str
) -> None:
    def asked_about() -> list[str]:
        return [
            room["roomId"]
            for each in platform.of("/streams")
            for room in json.loads(each.body)["rooms"]
        ]

    async def rooms_are(look: Callable[[list[str]], bool]) -> None:
        async def so() -> bool:
            return look(asked_about())

        await eventually(so)

    async with person(str(gateway.base_url), ada) as somebody:
        for room_id in ("tea", "cake"):
            await somebody.ask("followRoom", {"roomId": room_id})
        await rooms_are(lambda rooms: {"tea", "cake"} <= set(rooms))
        await somebody.ask("unfollowRoom", {"roomId": "tea"})
        platform.asked.clear()

        await rooms_are(lambda rooms: rooms.count("cake") > 2)

    assert "tea" not in asked_about()


async def test_each_question_has_the_token_of_somebody_who_hears(
    platform: Platform, log: Log, jwks_url: str, ada: str, bob: str
) -> None:
    def tokens() -> set[str]:
        return {
            room["token"]
            for each in platform.of("/streams")
            for room in json.loads(each.body)["rooms"]
        }

    async with (
        open_gateway(told(platform, jwks_url, NO_BROKER)) as url,
        person(url, ada) as one,
        person(url, bob) as two,
    ):
        for somebody in (one, two):
            await somebody.ask("followRoom", {"roomId": "tea"})

        async def both() -> bool:
            return tokens() == {ada, bob}

        await eventually(both, within=30)
