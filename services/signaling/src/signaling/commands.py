"""Frames from the socket: which leads to which handler, and what the caller then hears."""

from fastapi import APIRouter

from common.frames import Reply
from common.identity import CurrentCaller
from common.state import Now, Token
from common.wire import Wire
from signaling import domain, handlers
from signaling.protocol import (
    Frame,
    JoinedView,
    JoinRoom,
    LeaveRoom,
    LowerHand,
    MediaState,
    NegotiatedView,
    RaiseHand,
    Signal,
    Signaled,
    SignaledToWorker,
    Subscribe,
    SubscribedView,
)
from signaling.state import Access, Calls, Closed, Forwarding, Live, Placing, Relaying

router = APIRouter(tags=["commands"])


@router.post("/commands")
async def command(  # noqa: PLR0913, PLR0917 - FastAPI takes dependencies as parameters
    frame: Frame,
    calls: Calls,
    access: Access,
    closed: Closed,
    workers: Placing,
    forwarders: Forwarding,
    bus: Live,
    relays: Relaying,
    caller: CurrentCaller,
    token: Token,
    now: Now,
) -> Reply:
    """Answer one frame that the gateway passes on, and say what its connection may hear."""
    room_id = frame.data.room_id
    match frame:
        case Signal(data=SignaledToWorker() as signaled):
            answer = await handlers.negotiate(
                calls, forwarders, signaled, by=caller, connection_id=frame.connection_id
            )
            return Reply() if answer is None else _told(NegotiatedView.of(answer))
        case Signal(data=Signaled() as signaled):
            await handlers.signal(calls, bus, signaled, by=caller)
        case Subscribe():
            subscribed = await handlers.subscribe(
                calls, forwarders, frame.data, by=caller, connection_id=frame.connection_id
            )
            return _told(SubscribedView.of(subscribed))
        case JoinRoom():
            call = await handlers.join(
                calls, access, closed, workers, frame, by=caller, token=token, at=now
            )
            ice = relays.servers_for(caller.user_id, at=now)
            joined = JoinedView.of(call, domain.own_peer(call, caller.session_id), ice)
            return Reply(
                data=joined.model_dump(mode="json"),
                subscribe=[f"room.{room_id}"],
                seq=call.version,
            )
        case LeaveRoom():
            await handlers.leave(calls, room_id, by=caller, at=now)
            return Reply(unsubscribe=[f"room.{room_id}"])
        case MediaState():
            await handlers.set_media(calls, frame.data, by=caller, at=now)
        case RaiseHand():
            await handlers.raise_hand(calls, room_id, by=caller, at=now)
        case LowerHand():
            await handlers.lower_hand(calls, room_id, by=caller, at=now)
    return Reply()


def _told(view: Wire) -> Reply:
    return Reply(data=view.model_dump(mode="json"))
