"""What a request to chat can reach, whichever way it came in."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated

from fastapi import Depends, Request

from chat.repository import MessageRepository
from chat.writers import Writers
from common.access import AccessList
from common.admission import Access
from common.bus import Bus
from common.identity import CurrentCaller, Verifier
from common.state import State as CommonState
from common.state import Token, held
from common.streams import Streams


class State(CommonState):
    """What the lifespan opens."""

    messages: MessageRepository
    writers: Writers
    access: AccessList
    bus: Bus
    streams: Streams


async def _enter(
    request: Request, caller: CurrentCaller, token: Token
) -> Callable[[str], Awaitable[Access]]:
    access: AccessList = request.state.access
    return partial(access.of, user_id=caller.user_id, token=token)


async def _entry(request: Request) -> Callable[[str, str], Awaitable[Access]]:
    access: AccessList = request.state.access
    verifier: Verifier = request.state.verifier

    async def enter(room_id: str, token: str) -> Access:
        caller = await verifier.verify(token)
        return await access.of(room_id, caller.user_id, token)

    return enter


Messages = Annotated[MessageRepository, held("messages")]
Writing = Annotated[Writers, held("writers")]
Live = Annotated[Bus, held("bus")]
Enter = Annotated[Callable[[str], Awaitable[Access]], Depends(_enter)]
"""Gives the caller's place in a room; raises `RoomNotFound` where they have none."""
Entry = Annotated[Callable[[str, str], Awaitable[Access]], Depends(_entry)]
"""Gives the place in a room of whose token it is given; raises likewise, and `InvalidToken`."""
