"""Writes of which MongoDB does not promise that they last."""

import pytest
from pymongo.write_concern import WriteConcern

from common import mongo
from common.mongo import BulkWriteError, Collection, Database


@pytest.fixture
def unsafe(db: Database) -> Collection:
    """A collection that waits for more members than there are."""
    return db["people"].with_options(write_concern=WriteConcern(w=2))


async def test_a_write_that_may_not_last_counts_as_unanswered(unsafe: Collection) -> None:
    with pytest.raises(mongo.AWAY):
        await unsafe.insert_one({"_id": "ada"})


async def test_so_does_a_write_of_many_documents(unsafe: Collection) -> None:
    with pytest.raises(mongo.AWAY), mongo.lasting():
        await unsafe.insert_many([{"_id": "ada"}, {"_id": "bob"}])


async def test_what_is_refused_in_a_write_of_many_is_still_told(db: Database) -> None:
    with pytest.raises(BulkWriteError), mongo.lasting():
        await db["people"].insert_many([{"_id": "ada"}, {"_id": "ada"}])
