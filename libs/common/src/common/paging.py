"""Lists that go on: an opaque cursor, and a `Link` header to the next page (RFC 8288)."""

import base64
import binascii
from http import HTTPStatus
from typing import Annotated

from fastapi import Query, Request, Response

from common.problems import Problem

Limit = Annotated[int, Query(ge=1, le=200, description="How many at most.")]
Cursor = Annotated[str | None, Query(max_length=400, description="Where the last page ended.")]


class BadCursor(Problem):
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "bad-cursor"


def position(cursor: str | None) -> str | None:
    """What `link_next` was given.

    Raises:
        BadCursor: It is not one of ours.
    """
    if cursor is None:
        return None
    try:
        return base64.urlsafe_b64decode(cursor.encode()).decode()
    except (binascii.Error, ValueError) as bad:
        raise BadCursor("This cursor is not one that a list gave.") from bad


def link_next(request: Request, response: Response, after: str) -> None:
    """Tell where the page after this one is.

    The address is relative (`?…`): only the gateway knows the path a client used.
    """
    cursor = base64.urlsafe_b64encode(after.encode()).decode()
    url = request.url.include_query_params(cursor=cursor)
    response.headers["Link"] = f'<?{url.query}>; rel="next"'
