"""P17: each service of the version before runs together with the rest of this one."""

import json
from pathlib import Path

import pytest

from common.contracts import breaks, schema
from common.events import FACTS
from stack.configuration import SERVICES
from tests.chaos import faults, previous
from tests.chaos.cluster import running
from tests.chaos.layout import Layout
from tests.chaos.people import Person
from tests.chaos.previous import checked_out
from tests.chaos.scenario import Scenario, play

pytestmark = pytest.mark.skipif(
    not previous.is_here(), reason=f"this checkout does not reach back to {previous.commit()}"
)


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

    print(f"{service}\n{verdict}")
    assert verdict.passed, f"{service}\n{verdict}"


async def everything_answers(cluster) -> None:
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


@pytest.mark.chaos
def test_events_of_this_version_keep_what_the_version_before_promised(tmp_path: Path):
    now = {fact.type: schema(fact) for fact in FACTS}

    with checked_out(tmp_path) as tree:
        promised = {
            each.stem: json.loads(each.read_text())
            for each in (tree / "libs" / "common" / "schemas").glob("*.json")
        }

    broken = {name: breaks(old, now[name]) for name, old in promised.items() if name in now}
    assert promised.keys() <= now.keys()
    assert {name: found for name, found in broken.items() if found} == {}
