"""Where sessions are kept: one document for each family of refresh tokens."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from auth.domain import (
    GRACE,
    IDLE,
    LONGEST,
    TOKEN_LIFE,
    RefreshToken,
    Session,
    fingerprint,
)
from auth.sealing import Sealer
from common.identity import LEEWAY
from common.mongo import ASCENDING, Database, Document, IndexModel, ReturnDocument, expiring
from common.problems import NotFound
from common.store import Store

TOLD_FOR = TOKEN_LIFE + LEEWAY + timedelta(minutes=1)
"""How long a session's end matters to gateways: until its last access token is dead."""

_OVERLAP = timedelta(seconds=30)  # a replica's clock may be behind, its write may come late


class SessionNotFound(NotFound):
    code = "session-not-found"


class SessionRepository(Store[Session]):
    """Sessions, with the facts that wait to be published."""

    def __init__(
        self, db: Database, sealer: Sealer, *, written: Callable[[], None] = lambda: None
    ) -> None:
        self._sessions = db["sessions"]
        self._sealer = sealer
        missing = SessionNotFound("There is no such session.")
        super().__init__(Session, self._sessions, written=written, missing=missing)

    async def prepare(self) -> None:
        sealed = {"successor": {"$type": "string"}}
        await self._sessions.create_indexes(
            [
                expiring("started_at", LONGEST + timedelta(days=1)),
                IndexModel([("user_id", ASCENDING)]),
                IndexModel([("revoked_at", ASCENDING)]),
                IndexModel([("used_at", ASCENDING)], partialFilterExpression=sealed),
            ]
        )

    async def rotate(
        self, given: RefreshToken, following: RefreshToken, *, at: datetime
    ) -> Session | None:
        """Let `following` take the place of `given`, if that is the current token.

        One atomic compare-and-set: of any number of requests with the same token one
        succeeds, and none after the session was revoked.
        """
        change = {
            "generation": following.generation,
            "token_hash": fingerprint(following.secret),
            "previous_hash": fingerprint(given.secret),
            "successor": self._sealer.seal(str(following), place=given.session_id),
            "used_at": at,
        }
        document = await self._sessions.find_one_and_update(
            _current(given, at), {"$set": change}, return_document=ReturnDocument.AFTER
        )
        return None if document is None else self.read(document)

    def successor_in(self, session: Session) -> RefreshToken | None:
        """The current token, for who lost the answer that told it, while it is kept."""
        if session.successor is None:
            return None
        return RefreshToken.read(self._sealer.unseal(session.successor, place=session.id))

    async def forget_successors(self, *, at: datetime) -> None:
        """Keep no token, even sealed, that nobody may ask for any more."""
        late = {"successor": {"$type": "string"}, "used_at": {"$lt": at - GRACE}}
        await self._sessions.update_many(late, {"$set": {"successor": None}})

    async def revoked(self, *, after: datetime | None, at: datetime) -> Sequence[Session]:
        """Sessions that ended since then and still matter; some a second time, none missing."""
        since = at - TOLD_FOR if after is None else max(after - _OVERLAP, at - TOLD_FOR)
        found = self._sessions.find({"revoked_at": {"$gte": since}}).sort("revoked_at", ASCENDING)
        return [self.read(each) async for each in found]


def _current(given: RefreshToken, at: datetime) -> Document:
    """Finds the session this token keeps alive, if it is the current one."""
    return {
        "_id": given.session_id,
        "generation": given.generation,
        "family_hash": fingerprint(given.family),
        "token_hash": fingerprint(given.secret),
        "revoked_at": None,
        "used_at": {"$gt": at - IDLE},
        "started_at": {"$gt": at - LONGEST},
    }
