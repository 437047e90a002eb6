"""P19: what analytics and notify show becomes what the sources say, whatever happened."""

import time
from pathlib import Path

import pytest

from common import mongo
from common.events import CallStarted
from common.outbox import ARCHIVE
from common.testing import eventually
from tests.chaos import effects, faults
from tests.chaos.cluster import Cluster, running
from tests.chaos.kills import at_rest
from tests.chaos.nemesis import Nemesis
from tests.chaos.people import Person
from tests.chaos.writes import written

_WITHIN = 60.0
"""Seconds from the end of the last fault."""
FAULTS = [
    faults.parse(each)
    for each in (
        "kill9:analytics",
        "kill9:notify",
        "kill9:rooms",
        "kill9:chat",
        "kill9:mongo",
        "kill9:rabbitmq",
        "rabbit:stop_app:10",
        "stop:analytics:10",
    )
]


async def recounted(mongo_url: str) -> dict[str, int]:
    """What analytics has to say, counted at the services that own it."""
    client = mongo.connect(mongo_url)
    started = {"type": CallStarted.type}
    figures = {
        "users": await client["auth"]["users"].count_documents({}),
        "rooms": await client["rooms"]["rooms"].count_documents({}),
        "meetings": await client["signaling"][ARCHIVE].count_documents(started),
        "messages": await client["chat"]["messages"].count_documents({}),
    }
    client.close()
    return figures


async def administrator(cluster: Cluster) -> Person:
    person = await Person.registered(cluster, "admin")
    client = mongo.connect(cluster.mongo_url)
    users = client["auth"]["users"]
    await users.update_one({"_id": person.user_id}, {"$set": {"roles": ["user", "admin"]}})
    client.close()
    await person.sign_in()
    return person


async def shown(admin: Person) -> dict[str, int]:
    # Two days: the run may go over midnight.
    told: dict[str, int] = (await admin.insist("GET", "/api/analytics/summary?days=2"))["totals"]
    return told


@pytest.mark.chaos
async def test_figures_and_notifications_are_those_of_the_sources_a_minute_after_chaos(
    tmp_path: Path, seed: int
):
    async with running(tmp_path, say=print) as cluster:
        steps = faults.schedule(
            FAULTS, rounds=10, seed=seed, processes=cluster.processes, pause=(3, 6)
        )
        admin = await administrator(cluster)
        async with written(cluster) as writes:
            await Nemesis(cluster, say=print).run(steps)
            healed = time.monotonic()
            writes.rest()

            async def nothing_missing() -> bool:
                return not await effects.missing(cluster.mongo_url)

            async def same_figures() -> bool:
                return await shown(admin) == await recounted(cluster.mongo_url)

            await at_rest(writes)
            await eventually(nothing_missing, within=_WITHIN, every=0.5)
            await eventually(same_figures, within=_WITHIN, every=0.5)
            took = time.monotonic() - healed
        figures = await shown(admin)
        await admin.leaves()

        client = mongo.connect(cluster.mongo_url)
        await client["analytics"]["events"].delete_one({"type": "rooms.room_opened.v1"})
        client.close()
        lost = await effects.missing(cluster.mongo_url)

    print(f"seed {seed}: {figures} after {took:.1f} s")
    assert took <= _WITHIN
    assert lost == {"not counted by analytics": 1}
