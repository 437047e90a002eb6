"""The only module that knows which driver talks to MongoDB.

motor is fixed for this project and past its end of life; its successor,
`pymongo.AsyncMongoClient`, differs in the calls wrapped here, so that moving is a
change of this file alone (docs/decisions/0003).
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import structlog
from motor.motor_asyncio import (
    AsyncIOMotorClient,
    AsyncIOMotorCollection,
    AsyncIOMotorDatabase,
)
from pymongo import ASCENDING, DESCENDING, IndexModel, ReturnDocument, UpdateOne
from pymongo.errors import (
    AutoReconnect,
    BulkWriteError,
    ConnectionFailure,
    DuplicateKeyError,
    ExecutionTimeout,
    NetworkTimeout,
    NotPrimaryError,
    PyMongoError,
    ServerSelectionTimeoutError,
    WriteConcernError,
)
from pymongo.read_concern import ReadConcern
from tenacity import retry, retry_if_exception_type, wait_random_exponential

__all__ = [
    "ASCENDING",
    "AWAY",
    "DESCENDING",
    "BulkWriteError",
    "Client",
    "Collection",
    "Database",
    "Document",
    "DuplicateKeyError",
    "IndexModel",
    "PyMongoError",
    "ReturnDocument",
    "UpdateOne",
    "aggregate",
    "connect",
    "expiring",
    "insert_missing",
    "lasting",
    "of_majority",
    "until_reachable",
]

log = structlog.get_logger()

_DUPLICATE_KEY = 11000

Document = dict[str, Any]
Client = AsyncIOMotorClient[Document]
Database = AsyncIOMotorDatabase[Document]
Collection = AsyncIOMotorCollection[Document]

AWAY = (
    AutoReconnect,
    ConnectionFailure,
    ExecutionTimeout,
    NetworkTimeout,
    NotPrimaryError,
    ServerSelectionTimeoutError,
    WriteConcernError,  # what a MongoDB that is being stopped answers to a write
)
"""MongoDB does not answer now; the same operation may succeed later."""


def connect(url: str, *, patience: timedelta = timedelta(seconds=5)) -> Client:
    """A client whose acknowledged writes survive a crash (majority, journalled).

    An operation may take as long as `patience`, and is tried again once: so one that
    MongoDB does not answer is refused before the gateway gives up waiting.
    """
    return AsyncIOMotorClient(
        url,
        tz_aware=True,
        w="majority",
        journal=True,
        serverSelectionTimeoutMS=2_000,
        socketTimeoutMS=int(patience.total_seconds() * 1000),
        connectTimeoutMS=2_000,
        appname="convo",
    )


def of_majority(collection: Collection) -> Collection:
    """The collection as a majority has it: nothing that is read there can be undone."""
    return collection.with_options(read_concern=ReadConcern("majority"))


@contextmanager
def lasting() -> Iterator[None]:
    """For a write of many documents: it fails as one of a single document would.

    Raises:
        WriteConcernError: Instead of a `BulkWriteError`, when it may not survive a crash.
    """
    try:
        yield
    except BulkWriteError as failed:
        for error in (failed.details or {}).get("writeConcernErrors", ()):
            raise WriteConcernError(error["errmsg"], error["code"], error) from failed
        raise


async def insert_missing(collection: Collection, documents: Sequence[Document]) -> None:
    """Insert documents; those that are there already stay as they are.

    Raises:
        PyMongoError: Some may be stored or not; doing it again is harmless.
    """
    try:
        with lasting():
            # Not ordered: one that is there already must not keep the others out.
            await collection.insert_many(documents, ordered=False)
    except BulkWriteError as failed:
        errors = (failed.details or {}).get("writeErrors", [])
        if any(each["code"] != _DUPLICATE_KEY for each in errors):
            raise


async def aggregate(
    collection: Collection, pipeline: Sequence[Mapping[str, Any]]
) -> AsyncIterator[Document]:
    """Run an aggregation; motor returns the cursor, its successor awaits it."""
    async for document in collection.aggregate(list(pipeline)):
        yield document


def expiring(field: str, after: timedelta) -> IndexModel:
    """An index that lets MongoDB drop documents `after` the moment in `field`."""
    return IndexModel([(field, ASCENDING)], expireAfterSeconds=int(after.total_seconds()))


@retry(retry=retry_if_exception_type(AWAY), wait=wait_random_exponential(multiplier=0.3, max=5))
async def until_reachable(prepare: Callable[[], Awaitable[object]]) -> None:
    """Run `prepare`, again and again while MongoDB does not answer."""
    await prepare()
