"""RabbitMQ: a private node of Debian's rabbitmq-server, next to any other."""

import base64
import functools
import hashlib
import json
import os
import secrets
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from stack import ports
from stack.process import Program
from stack.servers import server
from stack.servers.server import Server
from stack.trouble import Trouble

# Debian's wrapper in /usr/sbin changes to the system's own node and user.
_SCRIPTS = Path("/usr/lib/rabbitmq/bin")
_EPMD = Path("/usr/bin/epmd")
_NODE = "convo@localhost"
USER = "convo"


@dataclass(frozen=True)
class Ports:
    amqp: int
    names: int
    """Of epmd, the name server every Erlang node needs; ours is private, too."""

    distribution: int
    management: int | None = None
    """None leaves the management plug-in out."""


@dataclass(frozen=True)
class RabbitMq:
    """Where a running node is, and how `rabbitmqctl` reaches it."""

    url: str
    management_url: str | None
    """With user and password in it; None without the plug-in."""

    environment: Mapping[str, str] = field(repr=False)


def prepare(folder: Path, *, at: Ports, password: str) -> Server:
    """Describe a node that keeps everything in `folder`, and write its configuration.

    Raises:
        Trouble: Debian's rabbitmq-server is not installed.
    """
    if not (_SCRIPTS / "rabbitmq-server").is_file():
        raise Trouble(
            "RabbitMQ is not installed.",
            remedy="As root: apt-get install --no-install-recommends rabbitmq-server.",
        )
    _configure(folder, at=at, password=password)
    names = Program(
        name="epmd",
        command=(str(_EPMD), "-address", "127.0.0.1", "-port", str(at.names)),
        environment={"PATH": os.environ["PATH"]},
        folder=folder,
        ready=functools.partial(_listens, at.names),
    )
    node = Program(
        name="rabbitmq",
        command=(str(_SCRIPTS / "rabbitmq-server"),),
        environment=environment(folder, at=at),
        folder=folder,
        ready=functools.partial(speaks_amqp, at.amqp),
        patience=180.0,
    )
    return Server(
        name="RabbitMQ",
        programs=[names, node],
        variables={"CONVO_AMQP_URL": url(at.amqp, password)},
    )


def url(port: int, password: str) -> str:
    return f"amqp://{USER}:{password}@127.0.0.1:{port}/"


def environment(folder: Path, *, at: Ports) -> dict[str, str]:
    """What rabbitmq-server and rabbitmqctl need to be about this node and no other."""
    return {
        "PATH": os.environ["PATH"],
        "LC_ALL": "C.UTF-8",
        "HOME": str(folder),  # holds the Erlang cookie
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "ERL_EPMD_PORT": str(at.names),
        "RABBITMQ_NODENAME": _NODE,
        "RABBITMQ_DIST_PORT": str(at.distribution),
        "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_LOGS": "-",
        "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
        "RABBITMQ_ADVANCED_CONFIG_FILE": str(folder / "advanced.config"),
        "RABBITMQ_CONF_ENV_FILE": str(folder / "rabbitmq-env.conf"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
        # Together they make the script replace itself by the Erlang machine instead of
        # waiting for it, so that the pid we know is the one that works.
        "RABBITMQ_ALLOW_INPUT": "1",
        "RABBITMQ_SERVER_START_ARGS": "-noinput",
        # An idle node must not spin, nor answer anyone but this machine.
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
            "+sbwt none +sbwtdcpu none +sbwtdio none +S 2:2 +A 32 "
            "-start_epmd false -kernel inet_dist_use_interface {127,0,0,1}"
        ),
    }


def _configure(folder: Path, *, at: Ports, password: str) -> None:
    for each in (folder, folder / "mnesia", folder / "log"):
        each.mkdir(parents=True, exist_ok=True)
    settings = {
        "listeners.tcp.1": f"127.0.0.1:{at.amqp}",
        "load_definitions": str(folder / "definitions.json"),
        "vm_memory_high_watermark.absolute": "512MB",
        "disk_free_limit.absolute": "200MB",
        "log.console": "true",
        "log.console.level": "warning",
    }
    if at.management:
        settings["management.tcp.ip"] = "127.0.0.1"
        settings["management.tcp.port"] = str(at.management)
    text = "".join(f"{name} = {value}\n" for name, value in settings.items())
    _write_private(folder / "rabbitmq.conf", text)
    _write_private(folder / "definitions.json", json.dumps(_definitions(password)))
    plugins = "[rabbitmq_management]." if at.management else "[]."
    (folder / "enabled_plugins").write_text(plugins + "\n")
    (folder / "rabbitmq-env.conf").touch()
    (folder / "advanced.config").write_text("[].\n")
    cookie = folder / ".erlang.cookie"
    if not cookie.exists():
        _write_private(cookie, secrets.token_hex(20))


def _definitions(password: str) -> dict[str, object]:
    """One user with all rights on the default virtual host; read again at every start."""
    salt = secrets.token_bytes(4)
    digest = hashlib.sha256(salt + password.encode()).digest()
    user = {
        "name": USER,
        "password_hash": base64.b64encode(salt + digest).decode(),
        "hashing_algorithm": "rabbit_password_hashing_sha256",
        "tags": ["administrator"],
    }
    everything = {"configure": ".*", "write": ".*", "read": ".*"}
    return {
        "vhosts": [{"name": "/"}],
        "users": [user],
        "permissions": [{"user": USER, "vhost": "/", **everything}],
    }


def _write_private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(text)


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def speaks_amqp(port: int) -> bool:
    """Whether a broker answers the AMQP greeting with the first frame of a connection."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(b"AMQP\x00\x00\x09\x01")
            return connection.recv(1) == b"\x01"
    except OSError:
        return False


@contextmanager
def running_rabbitmq(directory: Path, management: bool = False) -> Iterator[RabbitMq]:  # noqa: FBT001, FBT002
    """Run RabbitMQ on free ports for as long as the block lasts.

    Data and logs are in `directory`, which the caller removes.

    Raises:
        Trouble: It is not installed or does not start.
    """
    amqp, names, distribution, web = ports.free_ports(4)
    at = Ports(amqp, names, distribution, web if management else None)
    password = secrets.token_urlsafe(24)
    folder = directory / "rabbitmq"
    with server.running(prepare(folder, at=at, password=password), logs=directory):
        yield RabbitMq(
            url=url(amqp, password),
            management_url=f"http://{USER}:{password}@127.0.0.1:{web}" if management else None,
            environment=environment(folder, at=at),
        )
