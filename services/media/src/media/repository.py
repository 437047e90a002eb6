"""Where it is kept which files there are."""

from collections.abc import Callable, Sequence
from datetime import datetime

from common.mongo import ASCENDING, Database, IndexModel
from common.store import Store
from media.domain import File, FileNotFound


class FileRepository(Store[File]):
    """Files, one document each, with the facts that wait to be published."""

    def __init__(self, db: Database, *, written: Callable[[], None] = lambda: None) -> None:
        self._files = db["files"]
        super().__init__(File, self._files, written=written, missing=FileNotFound())

    async def prepare(self) -> None:
        await self._files.create_indexes(
            [
                IndexModel([("owner_id", ASCENDING), ("state", ASCENDING)]),
                IndexModel(
                    [("due_at", ASCENDING)], partialFilterExpression={"due_at": {"$type": "date"}}
                ),
            ]
        )

    async def waiting(self, owner_id: str, *, besides: str) -> int:
        """How many other files this person has announced and not completed."""
        others = {"owner_id": owner_id, "state": "announced", "_id": {"$ne": besides}}
        return await self._files.count_documents(others)

    async def due(self, at: datetime) -> Sequence[File]:
        """Files that the sweep has to look at, the longest due first."""
        due = self._files.find({"due_at": {"$lte": at}}).sort("due_at", ASCENDING)
        return [self.read(document) async for document in due.limit(100)]

    async def note_swept(self, file: File) -> None:
        """Keep when the sweep has to look again, unless the file changed meanwhile."""
        await self._files.update_one(
            {"_id": file.id, "version": file.version}, {"$set": {"due_at": file.due_at}}
        )
