"""What waits for one socket."""

import asyncio

from gateway.realtime.outgoing import Outgoing
from gateway.realtime.protocol import ServerFrame


def frame(text: str, *topic: str) -> ServerFrame:
    return ServerFrame(text, len(text), topic or None)


async def taken(outgoing: Outgoing) -> list[str]:
    outgoing.end()
    texts = []
    while (each := await outgoing.take()) is not None:
        texts.append(each.text)
    return texts


async def test_frames_leave_in_order() -> None:
    outgoing = Outgoing()

    assert all(outgoing.put(frame(text)) for text in "abc")

    assert await taken(outgoing) == ["a", "b", "c"]


async def test_a_buffer_takes_so_much_and_no_more() -> None:
    outgoing = Outgoing(most=10)

    assert outgoing.put(frame("x" * 9))
    assert outgoing.put(frame("y"))
    assert not outgoing.put(frame("z"))
    await outgoing.take()
    assert not outgoing.put(frame("z")), "the first is only being written"
    await outgoing.take()
    assert outgoing.put(frame("z" * 9))


async def test_superseded_frames_are_lost_first() -> None:
    outgoing = Outgoing(most=10)
    outgoing.put(frame("tttt", "typing", "ada"))
    outgoing.put(frame("mmmm"))

    assert outgoing.put(frame("t", "typing", "bob")), "not kept, and no reason to close"
    assert outgoing.put(frame("nnnn")), "the first made room"

    assert await taken(outgoing) == ["mmmm", "nnnn"]


async def test_a_newer_frame_replaces_the_one_of_its_topic_that_waits() -> None:
    outgoing = Outgoing()
    for text, person in (("a1", "ada"), ("b1", "bob"), ("a2", "ada")):
        outgoing.put(frame(text, "typing", "tea", person))
    outgoing.put(frame("m"))
    outgoing.put(frame("a3", "typing", "tea", "ada"))

    assert outgoing.size == 5
    assert await taken(outgoing) == ["b1", "m", "a3"]
    assert outgoing.size == 0


async def test_how_long_the_oldest_frame_waits_is_counted_in_looks() -> None:
    outgoing = Outgoing()
    assert outgoing.look() == 0

    outgoing.put(frame("a"))
    outgoing.look()
    outgoing.put(frame("b"))
    await outgoing.take()

    assert outgoing.look() == 2, "being written is waiting"
    await outgoing.take()
    assert outgoing.look() == 2
    outgoing.end()
    await outgoing.take()
    assert outgoing.look() == 0


async def test_waiting_for_a_frame_ends_with_it() -> None:
    outgoing = Outgoing()
    waiting = asyncio.create_task(outgoing.take())
    await asyncio.sleep(0)

    outgoing.put(frame("a"))

    assert (await waiting) == frame("a")
