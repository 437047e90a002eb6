import aio_pika
import orjson

from common.access import AccessList
from common.events import NotificationCreated, PeopleInvited, RoomDeleted, RoomOpened
from common.testing import NOON, eventually
from common.topology import EVENTS, READERS
from notify.consumers import subscriptions
from notify.repository import NotificationRepository

INVITED = PeopleInvited(
    occurred_at=NOON,
    room_id="r1",
    seq=2,
    room_name="Tea",
    inviter_id="ada",
    inviter_name="Ada",
    user_ids=["bob", "cleo"],
)
DELETED = RoomDeleted(occurred_at=NOON, room_id="r1", seq=3)


def heard(db):
    """What notify does with a fact, without a broker between."""
    notifications = NotificationRepository(db)
    reactions = subscriptions(notifications, AccessList(db, "http://rooms.test", None))

    async def react(*events):
        for event in events:
            [reaction] = [each.react for each in reactions if isinstance(event, each.event)]
            await reaction(event)

    return react


async def test_what_it_reads_is_what_the_topology_says(db):
    read = subscriptions(NotificationRepository(db), AccessList(db, "", None))

    assert sorted(each.event.type for each in read) == sorted(f.type for f in READERS["notify"])


async def test_the_invited_are_told_once_however_often_the_fact_comes(db):
    await heard(db)(INVITED, INVITED)

    found = await db["notifications"].find().sort("user_id", 1).to_list(10)
    assert [(each["user_id"], each["kind"], each["message"]) for each in found] == [
        ("bob", "invitation", "Ada invited you to “Tea”."),
        ("cleo", "invitation", "Ada invited you to “Tea”."),
    ]


async def test_a_deleted_room_takes_its_invitations_with_it(db):
    await heard(db)(INVITED, DELETED, DELETED)

    assert await db["notifications"].count_documents({}) == 0


async def test_an_invitation_that_comes_after_the_deletion_does_not_stay(db):
    await heard(db)(DELETED, INVITED)

    assert await db["notifications"].count_documents({}) == 0


async def test_the_deletion_also_reaches_the_access_list(db):
    opened = RoomOpened(
        occurred_at=NOON,
        room_id="r1",
        seq=1,
        room_name="Tea",
        host_id="ada",
        host_name="Ada",
        is_private=False,
        topology="auto",
    )
    await heard(db)(opened, DELETED)

    assert await AccessList(db, "", None).is_deleted("r1")


async def test_an_invitation_on_the_bus_becomes_a_fact_each_invited_person_sees(
    http, publish, amqp_url
):
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue(exclusive=True)
        await queue.bind(EVENTS, "user.bob")

        await publish(INVITED)
        message = await eventually(lambda: queue.get(fail=False))

    told = NotificationCreated.parse(message.body)
    assert (told.user_id, told.kind, told.status) == ("bob", "invitation", "unread")
    assert message.headers["x-frame"] == "notification"
    shown = orjson.loads(message.body)
    assert {"id", "type", "message", "relatedRoomId", "status", "createdAt"} <= shown.keys()
