import asyncio
import itertools
from dataclasses import replace
from datetime import timedelta

import pytest

from auth import domain
from auth.consumers import subscriptions
from auth.handlers import presence
from auth.handlers.presence import Presence
from auth.repository import ConnectionRepository, UserRepository
from common.events import FileStored, GatewayAlive, UserConnected, UserDisconnected
from common.presence import SILENT_AFTER, Gateways
from common.testing import NOON
from common.topology import READERS

LATER = NOON + timedelta(seconds=5)


@pytest.fixture
async def its(db):
    users, connections = UserRepository(db), ConnectionRepository(db)
    await users.prepare()
    await connections.prepare()
    user, events = domain.register(
        "ada", username="ada", email="ada@x.org", full_name=None, password_hash="h", at=NOON
    )
    await users.save(user, *events)
    return Presence(users, connections, Gateways(db))


@pytest.fixture
def hear(its):
    """Deliver a fact to auth, as the bus would."""
    by_type = {each.event: each.react for each in subscriptions(its, clock=lambda: LATER)}

    async def deliver(event):
        await by_type[type(event)](event)

    return deliver


@pytest.fixture
def told(db):
    """The statuses that were told, in order."""

    async def statuses():
        outbox = (await db["users"].find_one({"_id": "ada"}))["outbox"]
        return [
            "online" if '"online"' in entry["body"] else "offline"
            for entry in outbox
            if entry["type"] == "auth.presence_changed.v1"
        ]

    return statuses


def opened(connection="c1", user="ada", gateway="g1", at=NOON):
    return UserConnected(
        connection_id=connection, user_id=user, session_id="s", gateway_id=gateway, occurred_at=at
    )


def closed(connection="c1", user="ada", gateway="g1", at=LATER):
    return UserDisconnected(
        connection_id=connection, user_id=user, session_id="s", gateway_id=gateway,
        occurred_at=at, code=1001,
    )  # fmt: skip


def alive(gateway="g1", at=LATER):
    return GatewayAlive(gateway_id=gateway, occurred_at=at)


def picture(path, *, at=NOON, purpose="profile-picture", owner="ada"):
    return FileStored(
        file_id="f", owner_id=owner, purpose=purpose, name="n", content_type="image/png",
        size=1, path=path, occurred_at=at,
    )  # fmt: skip


def test_auth_hears_what_the_topology_says(its):
    assert {each.event for each in subscriptions(its)} == set(READERS["auth"])


async def test_a_person_is_online_while_a_socket_is_open(its, hear, told):
    await hear(opened("c1"))
    await hear(opened("c2"))
    await hear(closed("c1"))
    assert (await its.users.get("ada")).status == "online"

    await hear(closed("c2"))

    ada = await its.users.get("ada")
    assert ada.status == "offline"
    assert ada.last_seen == LATER
    assert await told() == ["online", "offline"]


async def test_facts_that_come_twice_are_told_once(its, hear, told):
    for event in (opened(), opened(), closed(), closed(), opened(), closed()):
        await hear(event)

    assert (await its.users.get("ada")).status == "offline"
    assert await told() == ["online", "offline"]


@pytest.mark.parametrize(
    "order", list(itertools.permutations([opened("c1"), closed("c1"), opened("c2"), closed("c2")]))
)
async def test_in_whatever_order_they_come_nobody_is_left_behind(its, hear, told, order):
    for event in order:
        await hear(event)

    assert (await its.users.get("ada")).status == "offline"
    statuses = await told()
    assert statuses == ["online", "offline"] * (len(statuses) // 2)


async def test_a_socket_that_closed_before_it_was_heard_of_leaves_no_ghost(its, hear, told):
    await hear(closed())
    await hear(opened())

    assert (await its.users.get("ada")).status == "offline"
    assert await told() == []


@pytest.mark.parametrize("seed", range(5))
async def test_many_sockets_at_once_end_in_the_truth(its, hear, told, seed):
    facts = [opened(f"c{n}") for n in range(12)] + [closed(f"c{n}") for n in range(seed % 2, 12)]
    facts = facts[seed:] + facts[:seed]

    await asyncio.gather(*(hear(each) for each in facts))

    expected = "online" if seed % 2 else "offline"
    assert (await its.users.get("ada")).status == expected
    statuses = await told()
    assert all(one != other for one, other in itertools.pairwise(statuses))
    assert (statuses or ["offline"])[-1] == expected


async def test_a_socket_that_closes_between_look_and_write_leaves_no_ghost(its, hear, told, db):
    class Meanwhile(ConnectionRepository):
        closes = True

        async def is_open(self, user_id):
            seen = await super().is_open(user_id)
            if self.closes:  # another replica hears of it, and finds the person offline still
                self.closes = False
                await hear(closed())
            return seen

    await its.connections.opened("c1", "ada", "g1")

    await presence.decide(replace(its, connections=Meanwhile(db)), "ada", at=NOON)

    assert (await its.users.get("ada")).status == "offline"
    assert await told() == ["online", "offline"]


async def test_a_silent_gateway_takes_its_people_with_it(its, hear, told):
    await hear(opened("c1", gateway="g1"))
    silent = LATER + SILENT_AFTER + timedelta(seconds=1)
    await its.gateways.heard("g2", at=silent)

    await presence.sweep(its, at=LATER + SILENT_AFTER)
    assert (await its.users.get("ada")).status == "online"
    await presence.sweep(its, at=silent)

    assert (await its.users.get("ada")).status == "offline"
    assert await told() == ["online", "offline"]


async def test_a_person_at_two_gateways_stays_when_one_falls_silent(its, hear, told):
    await hear(opened("c1", gateway="g1"))
    await hear(opened("c2", gateway="g2"))
    silent = LATER + SILENT_AFTER + timedelta(seconds=1)
    await its.gateways.heard("g2", at=silent)

    await presence.sweep(its, at=silent)

    assert (await its.users.get("ada")).status == "online"
    assert await told() == ["online"]


async def test_a_gateway_whose_clock_is_wrong_is_not_silent(its, hear):
    long_ago = NOON - timedelta(hours=1)
    await hear(opened("c1", gateway="g1", at=long_ago))
    await hear(GatewayAlive(occurred_at=long_ago, gateway_id="g1"))

    await presence.sweep(its, at=LATER + timedelta(seconds=1))

    assert (await its.users.get("ada")).status == "online"


async def test_a_gateway_that_is_heard_again_brings_its_people_back(its, hear):
    await hear(opened("c1"))
    await hear(opened("c2"))
    await presence.sweep(its, at=NOON + timedelta(minutes=1))
    await hear(closed("c2"))

    await hear(alive(at=LATER))
    assert (await its.users.get("ada")).status == "online"
    await hear(closed("c1"))

    assert (await its.users.get("ada")).status == "offline"


async def test_what_a_gateway_said_long_ago_brings_nobody_back(its, hear):
    await hear(opened())
    await presence.sweep(its, at=NOON + timedelta(minutes=1))

    await hear(alive(at=NOON - timedelta(minutes=5)))

    assert (await its.users.get("ada")).status == "offline"


async def test_a_gateway_forgotten_while_auth_was_away_leaves_no_ghost(its, hear):
    await hear(opened())

    await presence.sweep(its, at=NOON + timedelta(days=3))

    assert (await its.users.get("ada")).status == "offline"


async def test_a_sweep_that_was_cut_short_is_finished_by_the_next(its, hear):
    await hear(opened())
    at = NOON + timedelta(minutes=1)
    await its.connections.lose(but=[], at=at)
    assert (await its.users.get("ada")).status == "online"

    await presence.sweep(its, at=at)

    assert (await its.users.get("ada")).status == "offline"
    assert await its.connections.unsettled() == []


async def test_what_changes_while_it_is_settled_stays_unsettled(its, hear):
    await hear(opened())
    await its.connections.lose(but=[], at=NOON)
    rows = await its.connections.unsettled()
    await its.connections.regain("g1", at=LATER)

    await its.connections.settle(rows)

    assert len(await its.connections.unsettled()) == 1


async def test_sockets_of_nobody_and_pictures_of_nobody_change_nothing(its, hear):
    await hear(opened(user="stranger"))
    await hear(picture("/p/1", owner="stranger"))

    assert (await its.users.get("ada")).version == 1


async def test_the_newest_picture_is_shown_however_facts_arrive(its, hear):
    await hear(picture("/p/2", at=LATER))
    await hear(picture("/p/1", at=NOON))
    await hear(picture("/p/2", at=LATER))
    await hear(picture("/p/3", at=LATER + timedelta(1), purpose="attachment"))

    ada = await its.users.get("ada")
    assert ada.profile_picture == "/p/2"
    assert ada.version == 2
