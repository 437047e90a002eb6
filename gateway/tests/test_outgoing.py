"""What waits for one socket."""

import asyncio
import time
from collections.abc import Callable

from websockets.frames import Frame, Opcode

from gateway.realtime.outgoing import AT_ONCE, Outgoing
from gateway.realtime.protocol import PIECE, ServerFrame


class Door:
    """The transport of a client that reads when it is told to."""

    def __init__(self, *, is_free: bool = True) -> None:
        self.is_free = is_free
        self.shuts_after = False
        self.taken: list[bytes] = []
        self.freed: Callable[[], None] = list

    def carry(self, content: bytes) -> None:
        assert self.is_free, "full"
        self.taken.append(content)
        self.is_free = not self.shuts_after

    def open(self) -> None:
        self.is_free = True
        self.freed()


def frame(text: str, *topic: str) -> ServerFrame:
    return ServerFrame(text.encode(), topic or None)


def wire(*texts: str) -> bytes:
    return b"".join(Frame(Opcode.TEXT, each.encode()).serialize(mask=False) for each in texts)


async def test_frames_of_one_turn_leave_in_order_and_in_one_write() -> None:
    door = Door()
    outgoing = Outgoing(door)

    assert all(outgoing.put(frame(text)) for text in "abc")
    assert not door.taken, "whoever adds a frame is not made to write it"
    await asyncio.sleep(0)
    outgoing.put(frame("d"))
    await asyncio.sleep(0)

    assert door.taken == [wire("a", "b", "c"), wire("d")]


async def test_a_buffer_takes_so_much_and_no_more() -> None:
    door = Door(is_free=False)
    outgoing = Outgoing(door, most=10)

    assert outgoing.put(frame("x" * 9))
    assert outgoing.put(frame("y"))
    assert not outgoing.put(frame("z"))
    door.open()

    assert outgoing.size == 0
    assert outgoing.put(frame("z" * 9))


async def test_superseded_frames_are_lost_first() -> None:
    door = Door(is_free=False)
    outgoing = Outgoing(door, most=10)
    outgoing.put(frame("tttt", "typing", "ada"))
    outgoing.put(frame("mmmm"))

    assert outgoing.put(frame("t", "typing", "bob")), "not kept, and no reason to close"
    assert outgoing.put(frame("nnnn")), "the first made room"
    door.open()

    assert door.taken == [wire("mmmm", "nnnn")]


async def test_a_newer_frame_replaces_the_one_of_its_topic_that_waits() -> None:
    door = Door(is_free=False)
    outgoing = Outgoing(door)
    for text, person in (("a1", "ada"), ("b1", "bob"), ("a2", "ada")):
        outgoing.put(frame(text, "typing", "tea", person))
    outgoing.put(frame("m"))
    outgoing.put(frame("a3", "typing", "tea", "ada"))

    assert outgoing.size == 5
    door.open()

    assert door.taken == [wire("b1", "m", "a3")]
    assert outgoing.size == 0


async def test_how_long_the_oldest_frame_waits_is_counted_in_looks() -> None:
    door = Door(is_free=False)
    door.shuts_after = True
    outgoing = Outgoing(door)
    assert outgoing.look() == 0

    outgoing.put(frame("a" * (PIECE + 1)))
    outgoing.look()
    outgoing.put(frame("b"))
    door.open()

    assert outgoing.look() == 2, "a frame of which a part has left waits as well"
    door.open()
    assert outgoing.look() == 0


async def test_a_door_that_shuts_is_not_pushed() -> None:
    door = Door()
    door.shuts_after = True
    outgoing = Outgoing(door)
    for _ in range(3):
        outgoing.put(frame("x" * AT_ONCE))

    for _ in range(5):
        await asyncio.sleep(0)

    assert len(door.taken) == 1
    assert outgoing.size == 2 * AT_ONCE
    door.open()
    door.open()
    assert outgoing.size == 0


async def test_a_long_frame_leaves_in_pieces_that_make_it_up() -> None:
    door = Door()
    outgoing = Outgoing(door)

    outgoing.put(frame("x" * (2 * PIECE + 1)))
    await asyncio.sleep(0)

    first, second, third = door.taken
    assert [each[0] for each in door.taken] == [Opcode.TEXT, Opcode.CONT, 0x80 | Opcode.CONT]
    assert [len(first), len(second)] == [PIECE + 4, PIECE + 4]
    assert third == Frame(Opcode.CONT, b"x").serialize(mask=False)


async def test_waiting_until_all_has_left_ends_with_it_or_in_time() -> None:
    door = Door(is_free=False)
    outgoing = Outgoing(door)
    outgoing.put(frame("a"))
    began = time.monotonic()
    await outgoing.emptied(within=0.05)
    assert time.monotonic() - began >= 0.04
    assert not door.taken

    waiting = asyncio.create_task(outgoing.emptied(within=60))
    await asyncio.sleep(0)
    door.open()
    await waiting

    assert door.taken == [wire("a")]
