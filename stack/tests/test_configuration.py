"""What the caller sets wins over `.env`, and what is set over what is made up."""

import re
from pathlib import Path

import pytest

from stack import configuration, plan
from stack.configuration import PORTS, Configuration, setting
from stack.packages import ROOT
from stack.servers.server import Server
from stack.trouble import Trouble

SECRETS = {"CONVO_AUTH_KEY_SECRET": "k"}


def test_dotenv_understands_quotes_comments_and_export(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text('# ours\n\nexport CONVO_A="two words"\nCONVO_B=1 # why\n')

    assert configuration._dotenv(path) == {"CONVO_A": "two words", "CONVO_B": "1"}


@pytest.mark.parametrize("line", ["CONVO_A", 'CONVO_A="open', "1=2"])
def test_a_line_that_is_not_understood_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / ".env"
    path.write_text(f"CONVO_OK=1\n{line}\n")

    with pytest.raises(Trouble, match=re.escape("Line 2 of .env")):
        configuration._dotenv(path)


def test_every_port_is_in_the_example_with_its_default() -> None:
    example = (ROOT / ".env.example").read_text()

    for name, port in PORTS.items():
        assert f"\n# {setting(name)}={port}" in example


def test_the_example_uncommented_is_understood(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    text = (ROOT / ".env.example").read_text()
    path.write_text(re.sub(r"^# (?=CONVO_)", "", text, flags=re.MULTILINE))

    assert configuration._dotenv(path)["CONVO_DATA_DIR"] == ".data"


def test_services_are_told_where_everything_is() -> None:
    mongo = Server(name="MongoDB", programs=[], variables={"CONVO_MONGO_URL": "mongodb://here"})

    told = plan.environment(Configuration({"CONVO_CHAT_PORT": "9000"}), SECRETS, [mongo])

    assert told["CONVO_MONGO_URL"] == "mongodb://here"
    assert told["CONVO_CHAT_URL"] == "http://127.0.0.1:9000"
    assert told["CONVO_JWKS_URL"] == "http://127.0.0.1:8101/.well-known/jwks.json"
    assert told["CONVO_PUBLIC_URL"] == "http://localhost:8080"


def test_each_media_worker_has_a_udp_port_of_its_own() -> None:
    settings = Configuration({"CONVO_MEDIA_WORKERS": "3", "CONVO_MEDIA_WORKER_PORT": "9000"})

    workers = plan.workers(settings, plan.environment(settings, SECRETS, []))

    assert [each.name for each in workers] == ["media-worker-1", "media-worker-2", "media-worker-3"]
    told = [each.environment["CONVO_MEDIA_WORKER_PORT"] for each in workers]
    assert told == ["9000", "9001", "9002"]
    claimed = [each.port for each in plan.claims(settings) if each.udp]
    assert claimed[:3] == [9000, 9001, 9002]


@pytest.mark.parametrize("number", ["-1", "two", "65"])
def test_workers_are_counted_by_a_small_number(number: str) -> None:
    with pytest.raises(Trouble, match="CONVO_MEDIA_WORKERS"):
        plan.claims(Configuration({"CONVO_MEDIA_WORKERS": number}))


def test_media_is_reached_on_this_machine_where_the_platform_is() -> None:
    told = plan.environment(Configuration({}), SECRETS, [])

    assert told["CONVO_MEDIA_PUBLIC_IP"] == "127.0.0.1"
    assert "CONVO_MEDIA_WORKER_HOST" not in told


def test_media_is_reached_from_elsewhere_where_the_platform_is() -> None:
    told = plan.environment(
        Configuration({"CONVO_PUBLIC_URL": "https://meet.example"}), SECRETS, []
    )

    assert told["CONVO_MEDIA_PUBLIC_IP"] == "meet.example"
    assert told["CONVO_MEDIA_WORKER_HOST"] == "0.0.0.0"


def test_what_the_caller_sets_wins() -> None:
    caller = Configuration({"CONVO_PUBLIC_URL": "https://meet.example"})

    told = plan.environment(caller, SECRETS, [])

    assert told["CONVO_PUBLIC_URL"] == "https://meet.example"


def test_an_empty_setting_is_none() -> None:
    caller = Configuration({"CONVO_PUBLIC_URL": "", "CONVO_CHAT_PORT": "", "CONVO_DATA_DIR": ""})

    assert plan.environment(caller, SECRETS, [])["CONVO_PUBLIC_URL"] == "http://localhost:8080"
    assert caller.port("chat") == 8103
    assert caller.data == ROOT / ".data"


def test_an_external_server_without_its_credentials_is_refused() -> None:
    caller = Configuration({"CONVO_S3_URL": "https://s3.example"})

    with pytest.raises(Trouble, match="CONVO_S3_ACCESS_KEY and CONVO_S3_SECRET_KEY"):
        plan.servers(caller, SECRETS)
