"""chat over the socket: which frame leads to which handler, and what is heard then."""

import asyncio

from fastapi import APIRouter

from chat import domain, handlers
from chat.protocol import (
    ChatMessage,
    Coming,
    FollowRoom,
    Frame,
    JoinRoom,
    Said,
    SaidTogether,
    Sent,
    Typing,
    UnfollowRoom,
)
from chat.repository import MessageRepository
from chat.requests import MessageView, PostedView
from chat.state import Enter, Entry, Live, Messages, Writing
from chat.writers import Writers
from common import web
from common.admission import Access
from common.frames import Outcomes, Reply, Told

router = APIRouter(prefix="/commands", tags=["commands"])


@router.post("")
async def obey(
    frame: Frame, messages: Messages, writers: Writing, live: Live, enter: Enter
) -> Reply:
    """Answer one frame of a client's socket."""
    keys = [f"room.{frame.data.room_id}"]
    if isinstance(frame, UnfollowRoom):
        return Reply(unsubscribe=keys)
    place = await enter(frame.data.room_id)
    match frame:
        case ChatMessage():
            return await _posted(messages, writers, place, frame.data)
        case Typing():
            await handlers.show_typing(live, place)
            return Reply()
        case FollowRoom():
            return await _caught_up(messages, place, frame.data, subscribe=keys)
        case JoinRoom():
            return await _caught_up(messages, place, frame.data, subscribe=[])


@router.post("/together")
async def obey_together(
    frames: SaidTogether, messages: Messages, writers: Writing, entry: Entry
) -> Outcomes:
    """Answer the messages of several sockets, which are stored in one write."""

    async def obeyed(said: Said) -> Reply:
        place = await entry(said.frame.data.room_id, said.token)
        return await _posted(messages, writers, place, said.frame.data)

    outcomes = (web.outcome(obeyed(each), each.trace) for each in frames.said)
    return Outcomes(outcomes=await asyncio.gather(*outcomes))


async def _posted(
    messages: MessageRepository, writers: Writers, place: Access, sent: Sent
) -> Reply:
    message = await handlers.post(messages, writers, place, sent)
    fact = domain.posted(message)
    told = Told(frame=fact.frame, seq=fact.seq, type=fact.type, body=fact.model_dump_json())
    return Reply(data=PostedView.of(message).model_dump(mode="json"), told=[told])


async def _caught_up(
    messages: MessageRepository, place: Access, wanted: Coming, *, subscribe: list[str]
) -> Reply:
    missed, newest = await handlers.catch_up(messages, place, after=wanted.after.chat)
    shown = [MessageView.model_validate(each).model_dump(mode="json") for each in missed]
    return Reply(data={"chat": shown, "chatSeq": newest}, subscribe=subscribe, seq=newest)
