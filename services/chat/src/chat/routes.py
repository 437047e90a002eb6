"""chat over HTTP: who may call what."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response

from chat import handlers
from chat.domain import Message
from chat.requests import (
    ClientId,
    DigestView,
    Mark,
    MessageView,
    PostMessage,
    RoomId,
    SentView,
    Seq,
)
from chat.state import Enter, Messages, Writing
from common.paging import Limit

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


@router.get("/digest/{room_id}")
async def get_digest(
    room_id: RoomId, mark: Annotated[Mark, Query()], messages: Messages, enter: Enter
) -> DigestView:
    """How much the others wrote since a moment or a `seq`, and how much of it names you."""
    place = await enter(room_id)
    return DigestView.model_validate(await handlers.digest(messages, place, mark))


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
