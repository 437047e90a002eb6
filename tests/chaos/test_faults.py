import pytest

from tests.chaos import faults
from tests.chaos.faults import Fault, NotAFault

PROCESSES = ["chat-1", "chat-2", "gateway-1", "mongo", "rabbitmq"]
LINKS = ["chat-1/mongo", "chat-1/rabbitmq", "gateway-1/chat-1"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("kill9:any", Fault("kill9", "any")),
        ("term:chat-1", Fault("term", "chat-1")),
        ("stop:chat:30", Fault("stop", "chat", lasts=30)),
        ("clock:auth:-3600", Fault("clock", "auth", amount=-3600, lasts=20)),
        ("net:*/mongo:latency=0.2:8", Fault("net", "*/mongo", "latency", 0.2, 8)),
        ("net:any:reset", Fault("net", "any", "reset")),
        ("rabbit:stop_app:60", Fault("rabbit", "rabbitmq", "stop_app", lasts=60)),
        ("rabbit:wipe", Fault("rabbit", "rabbitmq", "wipe")),
    ],
)
def test_a_fault_is_read(text: str, fault: Fault):
    assert faults.parse(text) == fault


@pytest.mark.parametrize(
    "text", ["", "kill9", "stop:chat", "stop:chat:long", "net:any:rain", "rabbit:dance"]
)
def test_what_is_no_fault_is_refused_with_a_list_of_those_there_are(text: str):
    with pytest.raises(NotAFault, match="kill9:<process>"):
        faults.parse(text)


def drawn(text: str, *, seed: int = 7, rounds: int = 20) -> list[faults.Step]:
    fault = faults.parse(text)
    return faults.schedule(
        [fault], rounds=rounds, seed=seed, processes=PROCESSES, links=LINKS, pause=(1, 2)
    )


def test_a_seed_always_gives_the_same_steps_and_another_one_others():
    assert drawn("kill9:any") == drawn("kill9:any")
    assert drawn("kill9:any") != drawn("kill9:any", seed=8)


@pytest.mark.parametrize(
    ("text", "targets"),
    [
        ("kill9:any", set(PROCESSES)),
        ("kill9:chat", {"chat-1", "chat-2"}),
        ("kill9:chat-2", {"chat-2"}),
        ("net:any:reset", set(LINKS)),
        ("net:chat-*/mongo:reset", {"chat-1/mongo"}),
    ],
)
def test_a_target_is_picked_among_those_that_fit(text: str, targets: set[str]):
    picked = {step.fault.target for step in drawn(text, rounds=100)}

    assert picked == targets


def test_pauses_keep_within_their_bounds():
    assert all(1 <= step.pause <= 2 for step in drawn("kill9:any", rounds=100))


def test_a_target_that_does_not_exist_is_refused():
    with pytest.raises(NotAFault):
        drawn("kill9:typewriter")
