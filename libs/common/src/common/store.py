"""Aggregates and the facts they cause, written together."""

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from pydantic import TypeAdapter

from common import outbox
from common.events import Event
from common.mongo import Collection, Document, DuplicateKeyError
from common.problems import ChangedMeanwhile, NotFound

TRIES = 8
"""How often a change is decided again when somebody else was faster."""


class Aggregate(Protocol):
    """A frozen dataclass that changes as a whole.

    `version` counts its facts: a change that causes n facts moves it by n.
    """

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def id(self) -> str: ...
    @property
    def version(self) -> int: ...


_OVERTAKEN = "Somebody changed this at the same time; please try again."

A = TypeVar("A", bound=Aggregate)
Change = tuple[A, Sequence[Event]]


class Store(Generic[A]):
    """The aggregates of one kind, one document each in one collection.

    `written` is called after each write, to wake the relay.
    """

    def __init__(
        self,
        kind: type[A],
        collection: Collection,
        *,
        written: Callable[[], None],
        missing: NotFound,
    ) -> None:
        self._adapter = TypeAdapter(kind)
        self._collection = collection
        self._written = written
        self._missing = missing
        self._projection = {field.name: 1 for field in fields(kind)}

    async def find(self, key: str) -> A | None:
        """The aggregate, or nothing."""
        document = await self._collection.find_one({"_id": key}, self._projection)
        return None if document is None else self.read(document)

    async def get(self, key: str) -> A:
        """The aggregate.

        Raises:
            NotFound: There is none; the one given as `missing`.
        """
        found = await self.find(key)
        if found is None:
            raise type(self._missing)(self._missing.message)
        return found

    def read(self, document: Document) -> A:
        """Ignore what a newer replica added and default what an older one left out."""
        return self._adapter.validate_python({**document, "id": document["_id"]})

    async def save(self, aggregate: A, *events: Event) -> None:
        """Write the aggregate and the facts that led to it, in one atomic update.

        Raises:
            ChangedMeanwhile: It was changed since it was read, or exists already.
        """
        content: Document = self._adapter.dump_python(aggregate)
        key, version = content.pop("id"), content["version"]
        try:
            written = await self._collection.update_one(
                {"_id": key, "version": version - len(events)},
                {"$set": content, "$push": {outbox.FIELD: {"$each": outbox.entries(events)}}},
                upsert=version == len(events),
            )
        except DuplicateKeyError as exists:
            if not _is_of_id(exists):
                raise  # another unique index: the repository knows what it means
            raise ChangedMeanwhile(_OVERTAKEN) from exists
        if written.matched_count == 0 and written.upserted_id is None:
            raise ChangedMeanwhile(_OVERTAKEN)
        self._written()

    async def create(self, aggregate: A, *events: Event) -> A:
        """Write a new aggregate and its facts; with one of its id here, that one is the answer.

        For ids that the repeat of a request has again (`idempotency.Creation`).
        """
        content: Document = self._adapter.dump_python(aggregate)
        key, told = content.pop("id"), outbox.entries(events)
        try:
            await self._collection.insert_one({"_id": key, **content, outbox.FIELD: told})
        except DuplicateKeyError as exists:
            if not _is_of_id(exists):
                raise
            return await self.get(key)
        self._written()
        return aggregate

    async def change(self, key: str, decide: Callable[[A], Change[A]]) -> A:
        """Load, decide, save; decided again when somebody else saved in between.

        `decide` returns the new state and its facts; with no facts nothing is written.

        Raises:
            NotFound: There is no such aggregate.
            Problem: What `decide` raises.
        """
        for attempt in range(TRIES):
            changed, events = decide(await self.get(key))
            if not events:
                return changed
            try:
                await self.save(changed, *events)
            except ChangedMeanwhile:
                await asyncio.sleep(random.uniform(0, 0.004 * 2**attempt))  # noqa: S311 - jitter
            else:
                return changed
        raise ChangedMeanwhile(_OVERTAKEN)


def _is_of_id(exists: DuplicateKeyError) -> bool:
    return "_id" in (exists.details or {}).get("keyPattern", {})
