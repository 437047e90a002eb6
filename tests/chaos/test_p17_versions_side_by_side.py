"""P17: each service of the version before runs together with the rest of this one."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from common.contracts import Schema, breaks, schema
from common.events import FACTS, Event, PeopleInvited
from stack.configuration import SERVICES
from tests.chaos import effects, faults, previous
from tests.chaos.cluster import Cluster, running
from tests.chaos.controls.demands_more import Demanding
from tests.chaos.layout import Layout
from tests.chaos.people import Person
from tests.chaos.previous import checked_out
from tests.chaos.scenario import Scenario, play

_WITHIN = 60.0
"""Seconds until every service has made of all facts what it should."""

goes_back = pytest.mark.skipif(
    not previous.is_here(), reason=f"this checkout does not reach back to {previous.commit()}"
)


@goes_back
@pytest.mark.chaos
@pytest.mark.parametrize("service", [*SERVICES, "gateway"])
async def test_one_service_of_the_version_before_loses_nothing(
    service: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    layout = Layout(modules={service: "tests.chaos.previous"}, keeps_ports=False)
    kills = [faults.parse(f"kill9:{each}") for each in (service, "gateway", "chat", "rabbitmq")]

    with checked_out(tmp_path) as tree:
        monkeypatch.setenv(previous.TREE, str(tree))
        async with running(tmp_path / "cluster", layout, say=print) as cluster:
            await everything_answers(cluster)
            scenario = Scenario(faults=kills, rounds=4, seed=1, per_second=8)
            verdict = await play(cluster, scenario, say=print)
            missing = await effects.missing_after(cluster.mongo_url, within=_WITHIN)

    print(f"{service}\n{verdict}")
    assert verdict.passed, f"{service}\n{verdict}"
    assert missing == {}, service


@pytest.mark.chaos
async def test_a_version_that_demands_more_of_a_fact_misses_its_effects(tmp_path: Path):
    layout = Layout(modules={"notify": "tests.chaos.controls.demands_more"})
    async with running(tmp_path, layout) as cluster:
        await everything_answers(cluster)
        missing = await effects.missing_after(cluster.mongo_url, within=5)

    assert missing == {"not invited, or not once": 1}


async def everything_answers(cluster: Cluster) -> None:
    """One of everything people can ask for; each must succeed."""
    ada, bob = [await Person.registered(cluster, name) for name in ("ada", "bob")]
    room = await ada.opens_a_room(bob)
    await ada.insist("POST", f"/api/rooms/{room}/invitations", {"userIds": [bob.user_id]})
    await ada.insist("PATCH", "/api/user/profile", {"fullName": "Ada"})
    said = {"roomId": room, "message": "Hello", "clientId": "one"}
    await ada.insist("POST", "/api/chat/message", said)
    picture = {"name": "a.png", "contentType": "image/png", "size": 9}
    await ada.insist("POST", "/api/media/files", {**picture, "purpose": "profile-picture"})
    for path in ("/api/rooms", "/api/notifications", "/api/signaling/ice-servers"):
        await bob.insist("GET", path)
    for person in (ada, bob):
        await person.leaves()


@goes_back
@pytest.mark.chaos
def test_events_of_this_version_keep_what_the_version_before_promised(tmp_path: Path):
    with checked_out(tmp_path) as tree:
        promised = {
            each.stem: json.loads(each.read_text())
            for each in (tree / "libs" / "common" / "schemas").glob("*.json")
        }

    assert broken(promised, FACTS) == {}


def test_a_fact_that_demands_more_or_is_gone_is_found():
    promised = {fact.type: schema(fact) for fact in FACTS}
    [gone, *left] = FACTS
    after = [Demanding if fact is PeopleInvited else fact for fact in left]

    assert broken(promised, FACTS) == {}
    assert broken(promised, after) == {
        gone.type: ["is gone"],
        PeopleInvited.type: ["invitedWith is required now"],
    }


def broken(promised: Mapping[str, Schema], facts: Iterable[type[Event]]) -> dict[str, list[str]]:
    """What of the promises these facts do not keep, by type."""
    now = {fact.type: schema(fact) for fact in facts}
    found = {
        name: breaks(old, now[name]) if name in now else ["is gone"]
        for name, old in promised.items()
    }
    return {name: each for name, each in found.items() if each}
