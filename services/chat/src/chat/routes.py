"""chat over HTTP: who may call what."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from chat import handlers
from chat.domain import Message
from chat.repository import MessageRepository
from chat.requests import ClientId, MessageView, PostMessage, RoomId, SentView, Seq
from chat.writers import Writers
from common.access import Access, AccessList
from common.bus import Bus
from common.identity import CurrentCaller, bearer
from common.paging import Limit
from common.service import State as CommonState


class State(CommonState):
    """What a request to chat can reach."""

    messages: MessageRepository
    writers: Writers
    access: AccessList
    bus: Bus


def _messages(request: Request) -> MessageRepository:
    return request.state.messages  # type: ignore[no-any-return]


def _writers(request: Request) -> Writers:
    return request.state.writers  # type: ignore[no-any-return]


def _enter(request: Request, caller: CurrentCaller) -> Callable[[str], Awaitable[Access]]:
    access: AccessList = request.state.access
    token = bearer(request.headers.get("authorization"))
    return partial(access.of, user_id=caller.user_id, token=token)


Messages = Annotated[MessageRepository, Depends(_messages)]
Writing = Annotated[Writers, Depends(_writers)]
Enter = Annotated[Callable[[str], Awaitable[Access]], Depends(_enter)]
"""Gives the caller's place in a room; raises `RoomNotFound` where they have none."""
IdempotencyKey = Annotated[ClientId | None, Header(description="The client id, if none is given.")]
Place = Annotated[Seq | None, Query()]

router = APIRouter(prefix="/chat", tags=["chat"])


# Not an IdempotentRoute: a client id does the same, and is remembered for ever.
@router.post("/message", status_code=201)
async def post_message(
    body: PostMessage,
    messages: Messages,
    writers: Writing,
    enter: Enter,
    idempotency_key: IdempotencyKey = None,
) -> SentView:
    """Say something in a room; only its participants may."""
    place = await enter(body.room_id)
    wanted = body.model_copy(update={"client_id": body.client_id or idempotency_key})
    return SentView.of(await handlers.post(messages, writers, place, wanted))


@router.get("/messages/{room_id}")
async def list_messages(
    request: Request,
    response: Response,
    room_id: RoomId,
    messages: Messages,
    enter: Enter,
    *,
    before: Place = None,
    after: Place = None,
    limit: Limit = 50,
) -> list[MessageView]:
    """What was said in a room, oldest first: after a `seq`, or last, or last before one."""
    place = await enter(room_id)
    page, newest = await handlers.history(messages, place, after=after, before=before, limit=limit)
    _link_neighbours(request, response, page, newest)
    return [MessageView.model_validate(each) for each in page]


def _link_neighbours(
    request: Request, response: Response, page: Sequence[Message], newest: int
) -> None:
    url = request.url.remove_query_params(["before", "after"])
    links = []
    if page and page[-1].seq < newest:
        later = url.include_query_params(after=page[-1].seq)
        links.append(f'<?{later.query}>; rel="next"')
    if page and page[0].seq > 1:
        earlier = url.include_query_params(before=page[0].seq)
        links.append(f'<?{earlier.query}>; rel="prev"')
    if links:
        response.headers["Link"] = ", ".join(links)
