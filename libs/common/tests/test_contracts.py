import json
from copy import deepcopy
from pathlib import Path

import pytest

from common import contracts
from common.events import FACTS, Event

SCHEMAS = Path(__file__).parents[1] / "schemas"

every_event = pytest.mark.parametrize("event", FACTS, ids=lambda event: event.type)


@every_event
def test_an_event_keeps_its_promises(event: type[Event]) -> None:
    promised = json.loads((SCHEMAS / f"{event.type}.json").read_text())

    assert contracts.breaks(promised, contracts.schema(event)) == []


def test_what_is_generated_is_up_to_date() -> None:
    root = Path(__file__).parents[3]

    stale = [name for name, text in contracts.files().items() if (root / name).read_text() != text]

    assert stale == [], "run `make contracts`"


def test_no_promise_was_made_of_an_event_that_is_gone() -> None:
    promised = {path.stem for path in SCHEMAS.glob("*.json")}

    assert promised == {event.type for event in FACTS}


@pytest.mark.parametrize(
    ("spoil", "found"),
    [
        (lambda s: s["properties"].pop("userId"), "userId is gone"),
        (
            lambda s: s["properties"]["userId"].update(type="integer"),
            "userId has another shape: publish a v2",
        ),
        (lambda s: s["required"].append("extra"), "extra is required now"),
        (lambda s: s["required"].remove("userId"), "userId is no longer always there"),
        (
            lambda s: s["properties"]["status"].update(enum=["online"]),
            "status has another shape: publish a v2",
        ),
    ],
)
def test_a_change_that_is_not_additive_is_found(spoil, found) -> None:
    [event] = [each for each in FACTS if each.type == "auth.presence_changed.v1"]
    current = deepcopy(contracts.schema(event))
    spoil(current)

    assert found in contracts.breaks(contracts.schema(event), current)


def test_a_new_optional_field_breaks_nobody() -> None:
    [event] = [each for each in FACTS if each.type == "auth.presence_changed.v1"]
    current = deepcopy(contracts.schema(event))
    current["properties"]["device"] = {"type": "string", "default": ""}

    assert contracts.breaks(contracts.schema(event), current) == []


def test_a_changed_field_of_a_nested_shape_is_found() -> None:
    [event] = [each for each in FACTS if each.type == "signaling.peer_joined.v1"]
    current = deepcopy(contracts.schema(event))
    current["$defs"]["PeerState"]["properties"]["audio"]["type"] = "string"

    assert contracts.breaks(contracts.schema(event), current) == [
        "peer has another shape: publish a v2"
    ]
