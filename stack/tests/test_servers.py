"""The real servers start, serve, keep what they were given, and are gone afterwards."""

import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psutil
import pymongo
import pytest

from stack.servers import mongo
from stack.servers.mongo import running_mongo
from stack.servers.objects import BUCKET, running_objects
from stack.servers.rabbitmq import RabbitMq, running_rabbitmq

NAMES = {"mongod", "beam.smp", "epmd", "turnserver"}


def left_behind() -> list[psutil.Process]:
    ours = psutil.Process().children(recursive=True)
    return [each for each in ours if each.status() != psutil.STATUS_ZOMBIE]


@pytest.fixture(autouse=True)
def _nothing_is_left_behind() -> object:
    before = set(left_behind())  # the test session may have servers of its own
    yield
    assert set(left_behind()) <= before


def test_mongo_takes_transactions_and_keeps_its_data_when_its_port_changes(tmp_path: Path) -> None:
    with (
        running_mongo(tmp_path) as url,
        pymongo.MongoClient[dict[str, int]](url) as client,
        client.start_session() as session,
        session.start_transaction(),
    ):
        client.test.things.insert_one({"n": 1}, session=session)

    with running_mongo(tmp_path) as other, pymongo.MongoClient[dict[str, int]](other) as client:
        assert other != url
        assert client.test.things.count_documents({"n": 1}) == 1


def control(node: RabbitMq, *arguments: str) -> str:
    done = subprocess.run(
        ("/usr/lib/rabbitmq/bin/rabbitmqctl", "--silent", *arguments),
        env=dict(node.environment),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_rabbitmq_listens_on_this_machine_alone_and_knows_only_our_user(tmp_path: Path) -> None:
    with running_rabbitmq(tmp_path) as node:
        assert node.management_url is None
        assert control(node, "list_users").split() == ["convo", "[administrator]"]
        listening = {
            each.laddr.ip
            for child in psutil.Process().children(recursive=True)
            if child.name() in {"beam.smp", "epmd"}
            for each in child.net_connections()
            if each.status == psutil.CONN_LISTEN
        }

    assert listening <= {"127.0.0.1", "::1"}


def test_rabbitmq_has_a_management_address_when_asked(tmp_path: Path) -> None:
    with running_rabbitmq(tmp_path, management=True) as node:
        answer = httpx.get(f"{node.management_url}/api/whoami")

    assert answer.json()["name"] == "convo"


def test_the_object_store_has_its_bucket_and_refuses_strangers(tmp_path: Path) -> None:
    with running_objects(tmp_path) as store:
        stranger = httpx.get(f"{store.url}/{BUCKET}/secret")
        preflight = httpx.options(
            f"{store.url}/{BUCKET}/video.webm?X-Amz-Algorithm=AWS4-HMAC-SHA256"
            "&X-Amz-Credential=convo%3Aapp%2F20260101%2Fus-east-1%2Fs3%2Faws4_request"
            "&X-Amz-Date=20260101T000000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host"
            "&X-Amz-Signature=0",
            headers={"Origin": "http://here", "Access-Control-Request-Method": "PUT"},
        )

    assert stranger.status_code >= 400
    assert preflight.headers["access-control-allow-origin"] == "http://here"


def test_an_address_names_the_replica_set() -> None:
    assert urlsplit(mongo.url(27117)).query == "replicaSet=rs0"
