"""chat over the socket: which frame leads to which handler, and what is heard then."""

from fastapi import APIRouter

from chat import handlers
from chat.protocol import ChatMessage, Coming, FollowRoom, Frame, JoinRoom, Typing, UnfollowRoom
from chat.repository import MessageRepository
from chat.requests import MessageView, PostedView
from chat.state import Enter, Live, Messages, Writing
from common.admission import Access
from common.frames import Reply

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
            message = await handlers.post(messages, writers, place, frame.data)
            return Reply(data=PostedView.of(message).model_dump(mode="json"))
        case Typing():
            await handlers.show_typing(live, place)
            return Reply()
        case FollowRoom():
            return await _caught_up(messages, place, frame.data, subscribe=keys)
        case JoinRoom():
            return await _caught_up(messages, place, frame.data, subscribe=[])


async def _caught_up(
    messages: MessageRepository, place: Access, wanted: Coming, *, subscribe: list[str]
) -> Reply:
    missed, newest = await handlers.catch_up(messages, place, after=wanted.after.chat)
    shown = [MessageView.model_validate(each).model_dump(mode="json") for each in missed]
    return Reply(data={"chat": shown, "chatSeq": newest}, subscribe=subscribe, seq=newest)
