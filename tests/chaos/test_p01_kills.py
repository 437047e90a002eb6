"""P1, the services themselves: what was acknowledged outlives every one of them."""

from collections import Counter
from pathlib import Path

import pytest

from common import mongo
from common.testing import eventually
from stack import supervisor
from stack.configuration import SERVICES
from tests.chaos import effects
from tests.chaos.cluster import running
from tests.chaos.kills import play
from tests.chaos.people import Person

_KILLS = 3


@pytest.mark.chaos
async def test_every_acknowledged_write_and_its_effects_outlive_the_death_of_any_service(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(supervisor, "_HEALTHY_AFTER", 0.0)

    async with running(tmp_path, say=print) as cluster:
        killed = await play(cluster, kills=_KILLS, seed=1)

    print(killed)
    assert killed.kills == Counter(dict.fromkeys(SERVICES, _KILLS))
    assert killed.lost == []
    assert killed.missing == {}


@pytest.mark.chaos
async def test_an_effect_that_is_missing_or_doubled_is_found(tmp_path: Path):
    async with running(tmp_path) as cluster:
        host = await Person.registered(cluster, "host")
        room = await host.opens_a_room()
        await host.insist("POST", f"/api/rooms/{room}/invitations", {"userIds": ["guest"]})
        client = mongo.connect(cluster.mongo_url)
        notifications = client["notify"]["notifications"]
        first = await eventually(lambda: notifications.find_one({}))

        await notifications.insert_one({**first, "_id": "again", "outbox": []})
        doubled = await effects.missing(cluster.mongo_url)
        await notifications.delete_many({})
        lost = await effects.missing(cluster.mongo_url)
        client.close()
        await host.leaves()

    assert doubled["not invited, or not once"] == 1
    assert lost["not invited, or not once"] == 1
