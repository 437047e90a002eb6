"""The whole platform as processes of this machine, several of each service, ready to be hurt."""

import asyncio
import os
import shutil
import signal
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from fnmatch import fnmatch
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from stack import credentials, plan, ports
from stack.configuration import PORTS, SERVICES, Configuration, setting
from stack.process import Program
from stack.servers import mongo, rabbitmq
from stack.servers.server import Server
from stack.supervisor import Supervisor, run_once
from tests.chaos.layout import SETTINGS, Layout, lasting_ports
from tests.chaos.proxy import Proxy

__all__ = ["READY_WITHIN", "Cluster", "Layout", "running"]

READY_WITHIN = 90.0
_RABBITMQCTL = "/usr/lib/rabbitmq/bin/rabbitmqctl"
_FAKETIME = "*/faketime/libfaketimeMT.so.1"
_CLOCK = Path(__file__).with_name("clock")


class Cluster:
    """A running platform. Processes are called `chat-1`, `gateway-2`, `mongo`, `rabbitmq`."""

    def __init__(self, folder: Path, layout: Layout, supervisor: Supervisor) -> None:
        self.folder = folder
        self.layout = layout
        self.supervisor = supervisor
        self.gateways: list[str] = []
        """Where clients reach each gateway, `http://…`; through a proxy where there is one."""
        self.links: dict[str, Proxy] = {}
        """The links that go through a proxy, by name (`chat-1/mongo`, `client/gateway-1`)."""
        self.mongo_url = ""
        """Directly, for whoever wants to see what is stored."""
        self.programs: dict[str, Program] = {}
        """Every process that may be hurt, by name."""
        self._addresses: dict[str, int] = {}
        """Ports of the services' processes."""
        self._addresses_of_servers: dict[str, int] = {}
        self._broker_environment: Mapping[str, str] = {}
        self._environment: Mapping[str, str] = {}

    @property
    def processes(self) -> list[str]:
        return list(self.programs)

    def pid(self, name: str) -> int:
        """The pid `name` has now; another one after each restart."""
        return self.supervisor.kept[name].process.pid

    async def serves(self, name: str) -> bool:
        """Whether this very process is ready, not one that answers in its stead."""
        process = self.supervisor.kept[name].process
        return process.returncode is None and await asyncio.to_thread(process.is_ready)

    def signal(self, name: str, number: signal.Signals) -> None:
        """Send a signal to a process and what it started; nothing when it is just dead."""
        self.supervisor.kept[name].process.signal(number)

    def address(self, name: str) -> str:
        """Where a service's process answers, past every proxy."""
        return f"http://127.0.0.1:{self._addresses[name]}"

    def move_clock(self, name: str, seconds: float) -> None:
        """Set how far the clock of a process is off; it must be `clocked`."""
        path = self._clock(name)
        new = path.with_suffix(".new")
        new.write_text(f"{seconds:+g}\n")
        new.replace(path)

    async def rabbitmqctl(self, *arguments: str) -> None:
        """Run `rabbitmqctl` on the broker; waits for its end and does not mind its failure."""
        with (self.folder / "logs" / "rabbitmqctl.log").open("ab") as log:
            running = await asyncio.create_subprocess_exec(
                _RABBITMQCTL,
                *arguments,
                env=dict(self._broker_environment),
                stdout=log,
                stderr=log,
            )
            await running.wait()

    async def wipe_rabbitmq(self) -> None:
        """The broker loses all it has and comes back, as it does under `make run`."""
        program = self.programs["rabbitmq"]
        await self.supervisor.stop("rabbitmq", grace=0.0)
        shutil.rmtree(self.folder / "rabbitmq" / "mnesia")
        (self.folder / "rabbitmq" / "mnesia").mkdir()
        await self.supervisor.start(program)
        await self.declare_topology()

    async def declare_topology(self) -> None:
        """Give the broker its exchanges and queues, and what it has lost with them."""
        logs = self.folder / "logs"
        told = await run_once(plan.topology(self._environment), logs)
        if "broker was empty" in told:
            await run_once(plan.replay(self._environment), logs)

    async def ready(self, *, within: float = READY_WITHIN) -> None:
        """Return when every service and every gateway says that it is ready.

        Raises:
            AssertionError: One does not within so many seconds.
        """
        deadline = asyncio.get_running_loop().time() + within
        async with httpx.AsyncClient(timeout=2) as http:
            for name in self._addresses:
                while not await _is_ready(http, self.address(name)):
                    late = asyncio.get_running_loop().time() > deadline
                    assert not late, f"{name} is not ready; its log is in {self.folder / 'logs'}"
                    await asyncio.sleep(0.1)

    async def start(self, stack: AsyncExitStack) -> None:
        """Start everything; `stack` holds the proxies."""
        names = [f"{each}-{n + 1}" for each in SERVICES for n in range(self._count(each))]
        gateways = [f"gateway-{n + 1}" for n in range(self._count("gateway"))]
        numbers = lasting_ports(len(names) + len(gateways) + 4)
        self._addresses = {each: numbers.pop() for each in (*names, *gateways)}
        servers = await self._start_servers(numbers)
        self._environment = self._told(servers)
        await self.declare_topology()
        self.supervisor.healing["rabbitmq"] = self.declare_topology
        for name in (*names, *gateways):
            await self._open_links(name, stack)
        programs = {each.name: each for each in plan.services(self._environment)}
        for name in (*names, *gateways):
            self.programs[name] = self._program(name, programs[name.rpartition("-")[0]])
        workers = await self._workers(stack)
        await asyncio.gather(
            *(self.supervisor.start(self.programs[name]) for name in (*names, *gateways, *workers))
        )
        self.gateways = [f"http://127.0.0.1:{self._port_of('client', each)}" for each in gateways]
        await self.ready()

    async def _workers(self, stack: AsyncExitStack) -> list[str]:
        """Media workers, as many as the layout says; unlike services they are not there unasked."""
        count = self.layout.replicas.get("media-worker", 0)
        settings = {"CONVO_MEDIA_WORKERS": str(count)}
        if count:
            settings[setting("media_worker")] = str(ports.free_range(count))
        for program in plan.workers(Configuration(settings), self._environment):
            await self._open_link(
                f"{program.name}/rabbitmq", self._addresses_of_servers["rabbitmq"], stack
            )
            told = {**program.environment, "CONVO_AMQP_URL": self._amqp_url(program)}
            self.programs[program.name] = replace(program, environment=told)
        return [name for name in self.programs if name.startswith("media-worker")]

    def _amqp_url(self, program: Program, name: str | None = None) -> str:
        """The broker as the process `name` finds it; the program's own name unless it is said."""
        amqp = urlsplit(program.environment["CONVO_AMQP_URL"])
        port = self._port_of(name or program.name, "rabbitmq")
        return f"amqp://{amqp.username}:{amqp.password}@127.0.0.1:{port}/"

    def _count(self, service: str) -> int:
        return self.layout.replicas.get(service, 1)

    async def _start_servers(self, numbers: list[int]) -> list[Server]:
        database, amqp, names, distribution = numbers
        at = rabbitmq.Ports(amqp=amqp, names=names, distribution=distribution)
        folder = self.folder / "rabbitmq"
        secrets = credentials.load(self.folder / "secrets.env")
        broker = rabbitmq.prepare(folder, at=at, password=secrets["CONVO_RABBITMQ_PASSWORD"])
        store = await asyncio.to_thread(mongo.prepare, self.folder / "mongo", port=database)
        self._broker_environment = rabbitmq.environment(folder, at=at)
        self._addresses_of_servers = {"mongo": database, "rabbitmq": amqp}
        self.mongo_url = mongo.url(database)
        for server in (store, broker):
            for program in server.programs:
                await self.supervisor.start(program)
                if program.name in self._addresses_of_servers:
                    self.programs[program.name] = program
        return [store, broker]

    def _told(self, servers: Sequence[Server]) -> dict[str, str]:
        """What every process is told; `_program` adds what is its own."""
        ours = {name: value for name, value in os.environ.items() if not name.startswith("CONVO_")}
        ours |= {setting(name): "1" for name in PORTS}
        secrets = credentials.load(self.folder / "secrets.env")
        jwks = {"CONVO_JWKS_URL": f"{self.address('auth-1')}/.well-known/jwks.json"}
        settings = {**ours, **SETTINGS, **jwks, **self.layout.settings}
        return plan.environment(Configuration(settings), secrets, servers)

    async def _open_links(self, name: str, stack: AsyncExitStack) -> None:
        """The proxies of everything `name` connects to."""
        service = name.rpartition("-")[0]
        ends = dict(self._addresses_of_servers)
        if service == "gateway":
            ends = {each: port for each, port in self._addresses.items() if "gateway" not in each}
            ends["rabbitmq"] = self._addresses_of_servers["rabbitmq"]
            await self._open_link(f"client/{name}", self._addresses[name], stack)
        for end, port in ends.items():
            await self._open_link(f"{name}/{end}", port, stack)

    async def _open_link(self, link: str, port: int, stack: AsyncExitStack) -> None:
        if any(fnmatch(link, pattern) for pattern in self.layout.proxied):
            self.links[link] = await stack.enter_async_context(Proxy(link, port))

    def _port_of(self, who: str, end: str) -> int:
        """The port at which `who` finds `end`."""
        link = self.links.get(f"{who}/{end}")
        return link.port if link else {**self._addresses, **self._addresses_of_servers}[end]

    def _program(self, name: str, program: Program) -> Program:
        service = program.name
        told = {**program.environment, setting(service): str(self._addresses[name])}
        told["CONVO_AMQP_URL"] = self._amqp_url(program, name)
        if f"{name}/mongo" in self.links:
            # With a replica set's name the driver would find the way around the proxy.
            port = self._port_of(name, "mongo")
            told["CONVO_MONGO_URL"] = f"mongodb://127.0.0.1:{port}/?directConnection=true"
        for other in SERVICES:
            addresses = self._addresses_for(name, other)
            # Only the gateway spreads what it asks.
            several = ",".join(addresses) if service == "gateway" else addresses[0]
            told[f"CONVO_{other.upper()}_URL"] = several
        command = program.command
        if service in self.layout.modules:
            command = (*command[:-1], self.layout.modules[service], service)
        told |= self._faked_clock(name)
        program = replace(program, name=name, command=command, environment=told)
        if self.layout.keeps_ports:
            return plan.listening(service, program)
        ready = partial(plan.answers, f"{self.address(name)}/readyz")
        return replace(program, ready=ready, patience=READY_WITHIN)

    def _addresses_for(self, name: str, service: str) -> list[str]:
        replicas = [each for each in self._addresses if each.rpartition("-")[0] == service]
        return [f"http://127.0.0.1:{self._port_of(name, each)}" for each in replicas]

    def _faked_clock(self, name: str) -> dict[str, str]:
        if not any(fnmatch(name, f"{each}*") for each in self.layout.clocked):
            return {}
        library = next(Path("/usr/lib").glob(_FAKETIME), None)
        assert library, "apt-get install --no-install-recommends libfaketime"
        self.move_clock(name, 0)
        return {
            "LD_PRELOAD": str(library),
            "PYTHONPATH": os.pathsep.join(
                filter(None, (str(_CLOCK), os.environ.get("PYTHONPATH")))
            ),
            "FAKETIME_TIMESTAMP_FILE": str(self._clock(name)),
            "FAKETIME_NO_CACHE": "1",
            # Otherwise a step back would stop the event loop.
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def _clock(self, name: str) -> Path:
        return self.folder / f"{name}.clock"


async def _is_ready(http: httpx.AsyncClient, address: str) -> bool:
    try:
        return (await http.get(f"{address}/readyz")).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


@asynccontextmanager
async def running(
    folder: Path, layout: Layout | None = None, *, say: Callable[[str], None] = lambda _: None
) -> AsyncIterator[Cluster]:
    """Run a platform for as long as the block lasts; nothing of it outlives this process.

    Data and logs are in `folder`, which the caller removes. `say` hears of each restart.

    Raises:
        Trouble: It did not start.
    """
    supervisor = Supervisor(folder / "logs", say=say)
    cluster = Cluster(folder, layout or Layout(), supervisor)
    async with AsyncExitStack() as stack:
        try:
            await cluster.start(stack)
            yield cluster
        finally:
            await supervisor.stop(*supervisor.kept, grace=5.0)
