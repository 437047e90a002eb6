"""Which replica is asked, and what becomes of one that does not answer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest

from gateway import replicas, upstreams
from gateway.replicas import Replica, choose
from gateway.upstreams import Question, ServiceAway, ServiceTooSlow, Upstreams, connected

from .servers import Asked, Platform, free_port, tiny


def names(chosen: list[Replica]) -> list[str]:
    return [each.address for each in chosen]


def test_a_room_keeps_its_replica_and_rooms_are_spread() -> None:
    pair = [Replica("a"), Replica("b")]

    first = [choose(pair, key=f"room{n}", now=0) for n in range(100)]
    again = [choose(pair[::-1], key=f"room{n}", now=0) for n in range(100)]

    assert names(first) == names(again)
    assert 25 < names(first).count("a") < 75


def test_only_the_rooms_of_a_resting_replica_move() -> None:
    three = [Replica("a"), Replica("b"), Replica("c")]
    before = {f"room{n}": choose(three, key=f"room{n}", now=0) for n in range(100)}

    three[0].failed(0, silently=False)
    after = {key: choose(three, key=key, now=0.1) for key in before}

    assert "a" not in names(list(after.values()))
    assert all(after[key] is was for key, was in before.items() if was.address != "a")


def test_the_less_busy_replica_is_asked_when_there_is_no_key() -> None:
    busy, idle = Replica("busy"), Replica("idle")
    busy.places.taken = 3

    chosen = {choose([busy, idle], key=None, now=0) for _ in range(20)}

    assert chosen == {idle}


def test_a_replica_that_failed_rests_longer_each_time_and_is_then_tried_alone() -> None:
    replica = Replica("a")

    replica.failed(0, silently=False)
    replica.failed(0, silently=False)

    assert replica.rests(0.99)
    assert not replica.rests(1.01)
    replica.tried(1.01, patience=2.0)
    assert replica.rests(2.9), "one trial at a time"
    replica.answered()
    assert not replica.rests(2.9)


def test_resting_replicas_are_asked_when_there_is_no_other() -> None:
    pair = [Replica("a"), Replica("b")]
    for each in pair:
        each.failed(0, silently=False)

    assert choose(pair, key="room", now=0.1) in pair


@asynccontextmanager
async def asking(*platforms: Platform) -> AsyncIterator[Upstreams]:
    """Upstreams whose `chat` is one replica for each of `platforms` that is to run."""
    async with AsyncExitStack() as stack:
        for each in platforms:
            if not each.url:
                each.url = await stack.enter_async_context(tiny(each))
        session = await stack.enter_async_context(connected())
        yield Upstreams(session, {"chat": [f"{each.url}/chat" for each in platforms]})


def question(**more: Any) -> Question:
    return Question("chat", "GET", "/x", [], **{"waits": upstreams.WAITS, **more})


async def test_another_replica_answers_at_once_for_one_that_is_gone() -> None:
    gone, well = Platform(url=f"http://127.0.0.1:{free_port()}"), Platform()

    async with asking(gone, well) as asked:
        answers = [await asked.ask(question(waits=(60.0,))) for _ in range(20)]

    assert {answer.response.status for answer in answers} == {200}
    assert len(well.asked) == 20


async def test_another_replica_answers_for_one_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upstreams, "SOONER", 0.1)
    frozen, well, over = Platform(), Platform(), asyncio.Event()

    async def hang(_: Asked) -> Any:
        await over.wait()
        return 200, {}, b""

    frozen.answers["chat/x"] = hang
    async with asking(frozen, well) as asked:
        answers = [await asked.ask(question(key=f"room{n}")) for n in range(12)]
        over.set()

    assert [answer.response.status for answer in answers] == [200] * 12
    assert len(well.asked) == 12
    assert 1 <= len(frozen.asked) <= 4, "it rests after it let somebody wait"


async def test_what_may_not_be_repeated_is_asked_once() -> None:
    gone = Platform(url=f"http://127.0.0.1:{free_port()}")

    async with asking(gone) as asked:
        with pytest.raises(ServiceAway):
            await asked.ask(question(waits=()))


async def test_a_lone_service_that_hangs_is_refused_without_waiting_and_found_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(upstreams, "ANSWER_WITHIN", 0.05)
    monkeypatch.setattr(replicas, "FIRST_REST", 0.05)
    frozen, over = Platform(), asyncio.Event()

    async def hang(_: Asked) -> Any:
        await over.wait()
        return 200, {}, b""

    frozen.answers["chat/x"] = hang
    async with asking(frozen) as asked:
        for _ in range(replicas.HANGS_AFTER):
            with pytest.raises(ServiceTooSlow):
                await asked.ask(question())
        with pytest.raises(ServiceAway):
            await asked.ask(question())
        reached = len(frozen.asked)
        over.set()
        frozen.answers.clear()
        async with asyncio.timeout(10):
            while True:
                try:
                    answer = await asked.ask(question())
                    break
                except ServiceAway:
                    await asyncio.sleep(0.01)

    assert reached == replicas.HANGS_AFTER
    assert answer.response.status == 200


async def test_an_answer_that_breaks_off_is_asked_for_again() -> None:
    flaky = Platform()
    tries = 0

    async def half(scope: Any, receive: Any, send: Any) -> None:
        nonlocal tries
        tries += 1
        body = b"whole" if tries > 1 else b"wh"
        length = [(b"content-length", b"5")]
        await send({"type": "http.response.start", "status": 200, "headers": length})
        await send({"type": "http.response.body", "body": body})

    flaky.raw["chat/x"] = half

    async with asking(flaky) as asked:
        answer = await asked.ask(question(waits=(0.0, 0.0)))

    assert (answer.whole, tries) == (b"whole", 2)
