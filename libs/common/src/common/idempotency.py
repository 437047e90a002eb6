"""`Idempotency-Key`: a repeated POST gets the first answer and creates nothing."""

import hashlib
import re
from collections.abc import Callable, Coroutine
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from common import mongo
from common.clock import utc_now
from common.identity import Verifier, bearer
from common.mongo import Database, Document, DuplicateKeyError
from common.problems import Conflict, Problem

KEPT = timedelta(hours=24)
_LEASE = timedelta(seconds=60)  # then a request that never ended may be tried again
_KEY = re.compile(r"[!-~]{1,64}")
_COLLECTION = "idempotency"


class BadKey(Problem):
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "bad-idempotency-key"


class KeyReused(Problem):
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "idempotency-key-reused"


class StillRunning(Conflict):
    code = "request-in-progress"
    transient = True
    retry_after = 1


async def prepare(db: Database) -> None:
    """Create the index that forgets answers after `KEPT`."""
    await db[_COLLECTION].create_indexes([mongo.expiring("at", KEPT)])


class IdempotentRoute(APIRoute):
    """A route class for routers whose POSTs create something.

    Needs `db` and `verifier` in the request's state. The key counts per user and
    path. Only answers below 300 are kept, so a refused request may be corrected. A
    process that dies after the effect and before the answer is kept leaves the key
    taken for a minute; a repeat after that has its effect again.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()

        async def once(request: Request) -> Response:
            key = request.headers.get("idempotency-key")
            if key is None or request.method != "POST":
                return await answer(request)
            if not _KEY.fullmatch(key):
                raise BadKey("An Idempotency-Key has 1 to 64 printable characters without spaces.")
            return await _once(request, key, answer)

        return once


async def _once(
    request: Request, key: str, answer: Callable[[Request], Coroutine[Any, Any, Response]]
) -> Response:
    rows = request.state.db[_COLLECTION]
    verifier: Verifier = request.state.verifier
    caller = await verifier.verify(bearer(request.headers.get("authorization")))
    name = f"{caller.user_id} {request.url.path} {key}"
    row_id = hashlib.sha256(name.encode()).hexdigest()
    body = hashlib.sha256(await request.body()).hexdigest()
    try:
        await rows.insert_one({"_id": row_id, "body": body, "at": utc_now()})
    except DuplicateKeyError:
        known: Document = await rows.find_one({"_id": row_id}) or {}
        if known.get("body", body) != body:
            raise KeyReused("This Idempotency-Key was used for another request.") from None
        if "status" in known:
            return Response(known["answer"], known["status"], media_type=known["type"])
        freed = await rows.update_one(
            {"_id": row_id, "status": None, "at": {"$lt": utc_now() - _LEASE}},
            {"$set": {"at": utc_now()}},
        )
        if freed.modified_count == 0:
            raise StillRunning("The first request with this key is still running.") from None
    succeeded = False
    try:
        response = await answer(request)
        succeeded = response.status_code < HTTPStatus.MULTIPLE_CHOICES
    finally:
        if not succeeded:  # it may be corrected and tried again under its key
            await rows.delete_one({"_id": row_id})
    if succeeded:
        kept = {
            "status": response.status_code,
            "answer": bytes(response.body),
            "type": response.headers.get("content-type", "application/json"),
        }
        await rows.update_one({"_id": row_id}, {"$set": kept})
    return response
