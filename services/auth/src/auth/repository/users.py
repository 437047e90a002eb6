"""Where people are kept."""

from collections.abc import Callable, Sequence

from auth.domain import User, UserExists, UsernameTaken, UserNotFound, text
from common.events import Event
from common.mongo import ASCENDING, Database, DuplicateKeyError, IndexModel
from common.store import Store


class UserRepository(Store[User]):
    """People, one document each, with the facts that wait to be published."""

    def __init__(self, db: Database, *, written: Callable[[], None] = lambda: None) -> None:
        self._users = db["users"]
        super().__init__(User, self._users, written=written, missing=UserNotFound())

    async def prepare(self) -> None:
        await self._users.create_indexes(
            [
                IndexModel([("email_key", ASCENDING)], unique=True),
                IndexModel([("username_key", ASCENDING)], unique=True),
            ]
        )

    async def save(self, aggregate: User, *events: Event) -> None:
        """Write the person and the facts.

        Raises:
            UsernameTaken: Somebody else has the username.
            UserExists: Somebody else has the address.
            ChangedMeanwhile: They were changed since they were read.
        """
        try:
            await super().save(aggregate, *events)
        except DuplicateKeyError as taken:
            by_name = "username_key" in (taken.details or {}).get("keyPattern", {})
            raise (UsernameTaken() if by_name else UserExists()) from taken

    async def named(self, identifier: str) -> User | None:
        """Whose username or address this is, however it is spelled."""
        wanted = text.key(identifier.strip())
        # A username never holds an `@`, an address always does.
        field = "email_key" if "@" in wanted else "username_key"
        document = await self._users.find_one({field: wanted})
        return None if document is None else self.read(document)

    async def among(self, user_ids: Sequence[str]) -> list[User]:
        """Those of these people who exist, in the order they were asked for."""
        query = {"_id": {"$in": list(user_ids)}}
        found = {each["_id"]: self.read(each) async for each in self._users.find(query)}
        return [found[each] for each in dict.fromkeys(user_ids) if each in found]
