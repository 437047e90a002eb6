"""Which servers and which services one machine runs, and what each of them is told."""

import functools
import importlib.util
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

import httpx

from stack import ports
from stack.configuration import SERVICES, Configuration, setting
from stack.packages import ROOT
from stack.process import Program
from stack.servers import certificate, mongo, objects, rabbitmq, turn
from stack.servers.server import Server
from stack.trouble import Trouble

_UNTIL_READY = 120.0
_LONGEST_REPLAY = 600.0

_PREPARED_ELSEWHERE = {
    "CONVO_MONGO_URL": ("MongoDB", ()),
    "CONVO_AMQP_URL": ("RabbitMQ", ()),
    "CONVO_S3_URL": ("object store", ("CONVO_S3_ACCESS_KEY", "CONVO_S3_SECRET_KEY")),
    "CONVO_TURN_URLS": ("TURN", ("CONVO_TURN_SECRET",)),
}


@dataclass(frozen=True)
class Claim:
    """A port that must be free before we start."""

    port: int
    setting: str
    wanted_by: str
    udp: bool = False

    def check(self) -> None:
        ports.check(self.port, setting=self.setting, wanted_by=self.wanted_by, udp=self.udp)


def claims(configuration: Configuration) -> list[Claim]:
    """List every port that will be listened on; external servers need none.

    Raises:
        Trouble: A setting is not a port.
    """

    def claim(name: str, wanted_by: str, *, above: int = 0, udp: bool = False) -> Claim:
        return Claim(configuration.port(name) + above, setting(name), wanted_by, udp)

    wanted = [claim(name, name) for name in ("gateway", *SERVICES)]
    for number, name in enumerate(_worker_names(configuration)):
        wanted.append(claim("media_worker", name, above=number, udp=True))
    if not configuration.given("CONVO_MONGO_URL"):
        wanted.append(claim("mongo", "MongoDB"))
    if not configuration.given("CONVO_AMQP_URL"):
        wanted += [claim("rabbitmq", "RabbitMQ", above=above) for above in (0, 1, 2)]
    if not configuration.given("CONVO_S3_URL"):
        wanted += [claim("objects", "the object store", above=above) for above in range(4)]
    if not configuration.given("CONVO_TURN_URLS"):
        wanted += [claim("turn", "the TURN server", udp=udp) for udp in (False, True)]
        wanted.append(claim("turn_tls", "the TURN server"))
    return wanted


def servers(
    configuration: Configuration, secrets: Mapping[str, str]
) -> dict[str, Callable[[], Server]]:
    """Return how to prepare each server, by name; preparing may fetch it, so it may take long.

    Raises:
        Trouble: An external server is named without its credentials.
    """
    local = {
        "CONVO_MONGO_URL": functools.partial(_mongo, configuration),
        "CONVO_AMQP_URL": functools.partial(_rabbitmq, configuration, secrets),
        "CONVO_S3_URL": functools.partial(_objects, configuration, secrets),
        "CONVO_TURN_URLS": functools.partial(_turn, configuration, secrets),
    }
    return {
        name: _external(configuration, url, name, needed)
        if configuration.given(url)
        else local[url]
        for url, (name, needed) in _PREPARED_ELSEWHERE.items()
    }


def _external(
    configuration: Configuration, url: str, name: str, needed: tuple[str, ...]
) -> Callable[[], Server]:
    missing = [each for each in needed if not configuration.given(each)]
    if missing:
        raise Trouble(
            f"{url} names a server of your own, but {' and '.join(missing)} is not set.",
            remedy=f"Set it, or leave {url} out to have one started for you.",
        )
    return functools.partial(Server, name=f"{name} (yours)", programs=[])


def _mongo(configuration: Configuration) -> Server:
    return mongo.prepare(configuration.data / "mongo", port=configuration.port("mongo"))


def _rabbitmq(configuration: Configuration, secrets: Mapping[str, str]) -> Server:
    amqp = configuration.port("rabbitmq")
    at = rabbitmq.Ports(amqp=amqp, names=amqp + 1, distribution=amqp + 2)
    password = secrets["CONVO_RABBITMQ_PASSWORD"]
    return rabbitmq.prepare(configuration.data / "rabbitmq", at=at, password=password)


def _objects(configuration: Configuration, secrets: Mapping[str, str]) -> Server:
    gateway = configuration.port("gateway")
    further = (configuration.given("CONVO_ALLOWED_ORIGINS") or "").split(",")
    origins = {
        _origin(public_url(configuration)),
        f"http://127.0.0.1:{gateway}",
        *(each.strip() for each in further if each.strip()),
    }
    return objects.prepare(
        configuration.data / "objects",
        port=configuration.port("objects"),
        secret_key=secrets["CONVO_S3_SECRET_KEY"],
        origins=sorted(origins),
    )


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _turn(configuration: Configuration, secrets: Mapping[str, str]) -> Server:
    folder = configuration.data / "turn"
    host = urlsplit(public_url(configuration)).hostname or "localhost"
    addresses = configuration.listed("CONVO_TURN_ADDRESS") or ["127.0.0.1"]
    theirs = certificate.given(
        configuration.given("CONVO_TURN_CERTIFICATE"), configuration.given("CONVO_TURN_KEY")
    )
    known_as = ("localhost", "127.0.0.1", "::1", host, *addresses)
    wanted = turn.Wanted(
        addresses=addresses,
        ports=(configuration.port("turn"), configuration.port("turn_tls")),
        secret=secrets["CONVO_TURN_SECRET"],
        certificate=theirs or certificate.self_signed(folder, known_as),
        host=host,
        media=configuration.listed("CONVO_MEDIA_PUBLIC_IP") or [host],
    )
    return turn.prepare(folder, wanted)


def public_url(configuration: Configuration) -> str:
    given = configuration.given("CONVO_PUBLIC_URL")
    return given or f"http://localhost:{configuration.port('gateway')}"


def environment(
    configuration: Configuration, secrets: Mapping[str, str], ready: Sequence[Server]
) -> dict[str, str]:
    """Return all that the services are told; what the caller set wins."""
    ours = {
        "CONVO_HOST": "127.0.0.1",
        "CONVO_PUBLIC_URL": public_url(configuration),
        "CONVO_GATEWAY_WEB_DIR": str(ROOT / "web" / "dist"),
        "CONVO_AUTH_KEY_SECRET": secrets["CONVO_AUTH_KEY_SECRET"],
        "PYTHONUNBUFFERED": "1",
    }
    for name in ("gateway", *SERVICES):
        ours[setting(name)] = str(configuration.port(name))
    ours |= _reached_by_media(configuration)
    for name in SERVICES:
        ours[f"CONVO_{name.upper()}_URL"] = f"http://127.0.0.1:{configuration.port(name)}"
    ours["CONVO_JWKS_URL"] = ours["CONVO_AUTH_URL"] + "/.well-known/jwks.json"
    for server in ready:
        ours.update(server.variables)
    told = configuration.environment
    return {**ours, **{name: told[name] for name in told if told[name] or name not in ours}}


def _reached_by_media(configuration: Configuration) -> dict[str, str]:
    """Return where browsers find the media workers: where they find the platform."""
    name = urlsplit(public_url(configuration)).hostname or "localhost"
    if name in {"localhost", "127.0.0.1"}:
        return {"CONVO_MEDIA_PUBLIC_IP": "127.0.0.1"}
    return {"CONVO_MEDIA_PUBLIC_IP": name, "CONVO_MEDIA_WORKER_HOST": "0.0.0.0"}  # noqa: S104


def topology(environment: Mapping[str, str]) -> Program:
    """Return what declares the exchanges and queues, to be run before any service."""
    return _python("topology", "common.topology", environment)


def replay(environment: Mapping[str, str]) -> Program:
    """Return what publishes again what a broker has lost; it may be a week's facts."""
    program = _python("replay", "common.replay", environment)
    return replace(program, command=(*program.command, "--all"), patience=_LONGEST_REPLAY)


def services(environment: Mapping[str, str]) -> list[Program]:
    """Return the programs of the platform, the gateway last.

    Raises:
        Trouble: One of them is not installed.
    """
    names = (*SERVICES, "gateway")
    missing = [name for name in names if importlib.util.find_spec(name) is None]
    if missing:
        raise Trouble(
            f"{', '.join(missing)} cannot be imported by {sys.executable}.",
            remedy="Run `make run`, which installs every part of the platform.",
        )
    return [_python(name, name, environment) for name in names]


def workers(configuration: Configuration, environment: Mapping[str, str]) -> list[Program]:
    """Return the media workers, each with a UDP port of its own; new ones take turns with old."""
    first = configuration.port("media_worker")
    return [
        replace(
            _python(name, "media.worker", environment),
            environment={**environment, setting("media_worker"): str(first + number)},
            says_ready=True,
            takes_turns=True,
            patience=_UNTIL_READY,
        )
        for number, name in enumerate(_worker_names(configuration))
    ]


def _worker_names(configuration: Configuration) -> list[str]:
    return [f"media-worker-{number + 1}" for number in range(configuration.workers)]


def listening(service: str, program: Program) -> Program:
    """Return the program with the port it is told open from now on, over all its restarts.

    Raises:
        Trouble: The port cannot be listened on.
    """
    named = setting(service)
    host, port = program.environment["CONVO_HOST"], int(program.environment[named])
    opened = ports.listen(host, port, setting=named, wanted_by=program.name)
    return replace(program, listening=opened, patience=_UNTIL_READY)


def _python(name: str, module: str, environment: Mapping[str, str]) -> Program:
    return Program(
        name=name,
        command=(sys.executable, "-m", module),
        environment=environment,
        folder=ROOT,
    )


def answers(url: str) -> bool:
    """Whether `url` answers 200 now."""
    try:
        return httpx.get(url, timeout=2).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False
