import asyncio

import pytest

from common.problems import Unavailable
from common.turns import Turns


class Busy(Unavailable):
    code = "busy"


async def test_so_many_run_at_a_time_some_wait_and_the_rest_is_refused() -> None:
    turns = Turns(at_once=2, waiting=3, refusal=Busy("later"))
    running, most, go = 0, 0, asyncio.Event()

    async def work() -> None:
        nonlocal running, most
        async with turns.one():
            running += 1
            most = max(most, running)
            await go.wait()
            running -= 1

    tasks = [asyncio.create_task(work()) for _ in range(5)]
    await asyncio.sleep(0)

    with pytest.raises(Busy):
        turns.accept()
    go.set()
    await asyncio.gather(*tasks)
    assert most == 2
    turns.accept()


async def test_who_stops_waiting_leaves_the_queue() -> None:
    turns = Turns(at_once=1, waiting=1, refusal=Busy("later"))
    async with turns.one():
        impatient = asyncio.create_task(turns.one().__aenter__())
        await asyncio.sleep(0)
        impatient.cancel()
        await asyncio.gather(impatient, return_exceptions=True)

        turns.accept()


async def test_a_failed_turn_is_given_back() -> None:
    turns = Turns(at_once=1, waiting=1, refusal=Busy("later"))
    with pytest.raises(ValueError, match="oops"):
        async with turns.one():
            raise ValueError("oops")

    async with turns.one():
        pass
