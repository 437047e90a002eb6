"""Where the signing keys are kept: all in one document, so that replicas agree."""

from typing import Any

from pydantic import TypeAdapter

from auth.domain import Keyring
from common.mongo import Database, DuplicateKeyError
from common.problems import ChangedMeanwhile

_ONLY = "signing"
_keyring = TypeAdapter(Keyring)


class KeyRepository:
    """The collection `keys`; private keys are sealed before they come here."""

    def __init__(self, db: Database) -> None:
        self._keys = db["keys"]

    async def load(self) -> Keyring | None:
        document = await self._keys.find_one({"_id": _ONLY})
        return None if document is None else _keyring.validate_python(document)

    async def save(self, ring: Keyring) -> None:
        """Write the keys; the first version is made by who is fastest.

        Raises:
            ChangedMeanwhile: Another replica was faster.
        """
        content: dict[str, Any] = _keyring.dump_python(ring)
        before = {"_id": _ONLY, "version": ring.version - 1}
        try:
            written = await self._keys.update_one(
                before, {"$set": content}, upsert=ring.version == 1
            )
        except DuplicateKeyError as made:
            raise ChangedMeanwhile("The keys exist already.") from made
        if written.matched_count == 0 and written.upserted_id is None:
            raise ChangedMeanwhile("The keys were changed at the same time; please try again.")
