"""What one socket may not do to the others."""

import asyncio
import json

import pytest
import websockets

from .people import Person, person


@pytest.mark.parametrize("text", ["nonsense", "[]", '{"id":1}', b"\x00\x01", "[" * 60_000])
async def test_what_is_no_frame_ends_the_socket(edge: str, ada: str, text: str | bytes) -> None:
    async with person(edge, ada) as somebody:
        await somebody.ws.send(text)

        assert await somebody.closed() == 4400


async def test_a_frame_may_have_64_kib_and_not_one_byte_more(edge: str, ada: str) -> None:
    def of(size: int, filler: str = "x") -> str:
        empty = json.dumps({"id": 99, "type": "ping", "data": {"x": ""}}, ensure_ascii=False)
        return empty.replace('""', f'"{filler * (size - len(empty))}"')

    async with person(edge, ada) as somebody:
        await somebody.ws.send(of(65536))
        assert (await somebody.answer(99))["type"] == "ok"
        await somebody.ws.send(of(65537))
        assert await somebody.closed() == 4413

    async with person(edge, ada) as somebody:
        await somebody.ws.send(of(40_000, "é"))
        assert await somebody.closed() == 4413


async def test_a_burst_is_slowed_down_and_loses_nothing(edge: str, ada: str) -> None:
    async with person(edge, ada) as somebody:
        numbers = [await somebody.say("ping") for _ in range(75)]

        answers = [await somebody.answer(number) for number in numbers]

    assert all(answer["type"] == "ok" for answer in answers)


async def test_a_flood_ends_the_socket(
    edge: str, ada: str, bob: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.realtime.pace.PATIENCE", 0.3)

    async def flood(somebody: Person) -> None:
        while True:
            await somebody.ws.send('{"id":1,"type":"ping"}')
            await asyncio.sleep(0)

    async with person(edge, ada, max_queue=None) as somebody, person(edge, bob) as other:
        flooding = asyncio.create_task(flood(somebody))
        assert (await other.ask("ping"))["type"] == "ok"
        with pytest.raises(websockets.ConnectionClosed):
            await flooding
        assert await somebody.closed() == 4429


async def test_who_is_not_heard_is_given_up(
    edge: str, ada: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.realtime.protocol.SILENCE", 0.2)

    async with person(edge, ada) as somebody:
        assert await somebody.closed() == 4408


async def test_a_command_nested_too_deeply_is_answered(edge: str, ada: str) -> None:
    async with person(edge, ada) as somebody:
        nested = "[" * 300 + "]" * 300
        await somebody.ws.send(f'{{"id": 77, "type": "typing", "data": {{"roomId": {nested}}}}}')
        told = await somebody.answer(77)

    assert (told["re"], told["error"]["code"]) == (77, "too-deep")
