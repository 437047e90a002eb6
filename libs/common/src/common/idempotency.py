"""`Idempotency-Key`: a repeated POST gets the first answer and creates nothing."""

import hashlib
import re
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import timedelta
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from common import mongo
from common.clock import utc_now
from common.identity import Verifier, bearer
from common.mongo import Collection, Database, Document, DuplicateKeyError
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


async def _creation(request: Request) -> UUID:
    known: UUID | None = getattr(request.state, "creation", None)
    return known or uuid4()


Creation = Annotated[UUID, Depends(_creation)]
"""A random number for what a request creates; a repeat under its key has the same one."""


async def prepare(db: Database) -> None:
    """Create the index that forgets answers after `KEPT`."""
    await db[_COLLECTION].create_indexes([mongo.expiring("at", KEPT)])


class IdempotentRoute(APIRoute):
    """A route class for routers whose POSTs create something.

    Needs `db` and `verifier` in the request's state. The key counts per user and
    path. Only answers below 300 are kept, so a refused request may be corrected. A
    process that dies before the answer is kept leaves the key taken for a minute; the
    repeat after that gets the same `Creation`, so that what the first one made is
    found and not made again.
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
    verifier: Verifier = request.state.verifier
    caller = await verifier.verify(bearer(request.headers.get("authorization")))
    name = f"{caller.user_id} {request.url.path} {key}"
    row = _Row(request.state.db[_COLLECTION], hashlib.sha256(name.encode()).hexdigest())
    known = await row.take(hashlib.sha256(await request.body()).hexdigest())
    if "status" in known:
        return Response(known["answer"], known["status"], media_type=known["type"])
    if "creation" in known:  # not in rows of an older replica
        request.state.creation = UUID(known["creation"])
    end = row.let_go
    try:
        response = await answer(request)
        is_good = response.status_code < HTTPStatus.MULTIPLE_CHOICES
        end = partial(row.keep, response) if is_good else row.forget
    except (Problem, RequestValidationError, HTTPException) as refusal:
        if getattr(refusal, "status", 400) < HTTPStatus.INTERNAL_SERVER_ERROR:
            end = row.forget
        raise
    finally:
        with suppress(*mongo.AWAY):  # then the key stays taken for `_LEASE`
            await end()
    return response


class _Row:
    """What is known of one user's key on one path."""

    def __init__(self, rows: Collection, row_id: str) -> None:
        self._rows = rows
        self._row = {"_id": row_id}

    async def take(self, body: str) -> Document:
        """Begin the request with this hash of its body, or find that it was answered.

        Raises:
            KeyReused: The key belongs to another request.
            StillRunning: Somebody else has begun it.
        """
        now = utc_now()
        new = {**self._row, "body": body, "at": now, "creation": str(uuid4())}
        try:
            await self._rows.insert_one(new)
        except DuplicateKeyError:
            known: Document = await self._rows.find_one(self._row) or {}
        else:
            return new
        if known.get("body", body) != body:
            raise KeyReused("This Idempotency-Key was used for another request.")
        if "status" in known:
            return known
        free = {"$or": [{"at": {"$lt": now - _LEASE}}, {"free": True}]}
        freed = await self._rows.find_one_and_update(
            {**self._row, "status": None, **free}, {"$set": {"at": now, "free": False}}
        )
        if freed is None:
            raise StillRunning("The first request with this key is still running.")
        return freed

    async def keep(self, response: Response) -> None:
        """Answer so from now on."""
        kept = {
            "status": response.status_code,
            "answer": bytes(response.body),
            "type": response.headers.get("content-type", "application/json"),
        }
        await self._rows.update_one(self._row, {"$set": kept})

    async def forget(self) -> None:
        """It was refused: it may be corrected and tried again under its key."""
        await self._rows.delete_one(self._row)

    async def let_go(self) -> None:
        """Whether it had its effect is not known: it may be tried again as it was."""
        await self._rows.update_one(self._row, {"$set": {"free": True}})
