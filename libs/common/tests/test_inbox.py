from common.events import UserRegistered
from common.inbox import Inbox
from common.mongo import Database
from common.testing import NOON

EVENT = UserRegistered(occurred_at=NOON, user_id="ada")


async def test_an_effect_is_remembered_by_who_had_it(db: Database) -> None:
    mail = Inbox(db, "mail")
    await mail.prepare()

    assert not await mail.knows(EVENT)
    await mail.remember(EVENT)
    await mail.remember(EVENT)

    assert await mail.knows(EVENT)
    assert not await Inbox(db, "push").knows(EVENT)
    assert await db["inbox"].count_documents({}) == 1
