"""`stack run`: starts everything in order, watches over it, stops it in reverse order."""

import asyncio
import functools
import os
import signal
import time
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from typing import Any

from stack import configuration, control, credentials, folder, plan, terminal
from stack.configuration import Configuration
from stack.process import Program
from stack.servers.server import Server
from stack.supervisor import Supervisor, run_once
from stack.trouble import Trouble

_UNTIL_READY = 120.0
"""Seconds the services may take until the gateway says that all is well."""

_TOO_MANY_RESTARTS = 3

_EMPTY = "(the broker was empty)"
"""How the last words of `common.topology` end when the broker is new or has lost its data."""


def run() -> None:
    """Run the platform until Ctrl-C or SIGTERM.

    Raises:
        Trouble: Something on this machine stands in the way.
    """
    settings = configuration.read()
    with folder.locked(settings.data):
        folder.need_disk(settings.data)
        for claim in plan.claims(settings):
            claim.check()
        folder.rotate(settings.logs)
        asyncio.run(_Platform(settings).run())


class _Platform:
    def __init__(self, settings: Configuration) -> None:
        self._settings = settings
        self._secrets = {
            **credentials.load(settings.data / "secrets.env"),
            **{name: value for name, value in settings.environment.items() if value},
        }
        self._supervisor = Supervisor(
            settings.logs, say=terminal.note, changed=self._leave_word_for_status
        )
        self._layers: list[list[str]] = []
        """Names of programs that may stop together; the last layer stops first."""
        self._parts: list[str] = []
        """Names of the services and the gateway, which is last."""

    async def run(self) -> None:
        begun = time.monotonic()
        task = _end_on_signals(self._supervisor)
        try:
            await self._start()
            self._welcome(time.monotonic() - begun)
            async with control.obeying(self._settings.data, self._restart):
                await asyncio.Event().wait()
        except asyncio.CancelledError:
            # Only our own signal handler cancels us, so nobody is left to be told.
            task.uncancel()
            terminal.say("\nStopping; press Ctrl-C again to stop at once.")
        finally:
            with terminal.step("stopped"):
                for names in reversed(self._layers):
                    await self._supervisor.stop(*names)

    async def _start(self) -> None:
        terminal.say("Starting ConvoConnect")
        servers = await self._start_servers()
        environment = plan.environment(self._settings, self._secrets, servers)
        with terminal.step("exchanges and queues"):
            await self._declare(environment)
        self._supervisor.healing["rabbitmq"] = functools.partial(self._declare, environment)
        with terminal.step("services and gateway"):
            programs = [plan.listening(each.name, each) for each in plan.services(environment)]
            workers = plan.workers(self._settings, environment)
            self._parts += [each.name for each in (*workers, *programs)]
            self._layers += [self._parts[:-1], self._parts[-1:]]
            await _together(self._supervisor.start(each) for each in (*workers, *programs))
            await self._until_ready(programs)

    async def _declare(self, environment: Mapping[str, str]) -> None:
        """Give the broker its exchanges and queues, and what it has lost with them.

        Raises:
            Trouble: It does not take them.
        """
        logs = self._settings.logs
        told = await run_once(plan.topology(environment), logs)
        if told.endswith(_EMPTY):
            await run_once(plan.replay(environment), logs)

    async def _restart(self, names: Sequence[str], say: Callable[[str], None]) -> None:
        """Replace these parts, or all, one after the other.

        Raises:
            Trouble: One does not exist or did not get ready; those after it stay as they are.
        """
        unknown = [name for name in names if name not in self._parts]
        if unknown:
            raise Trouble(
                f"{', '.join(unknown)} cannot be restarted.",
                remedy=f"Name some of {', '.join(self._parts)}, or none for all of them.",
            )
        for name in names or self._parts:
            begun = time.monotonic()
            await self._supervisor.replace(name)
            say(f"{name} was replaced in {time.monotonic() - begun:.1f} s")

    async def _start_servers(self) -> Sequence[Server]:
        """Start all of them at the same time, each with its programs one after the other."""
        started: list[Server] = []
        names: list[str] = []
        self._layers.append(names)

        async def start(name: str, prepare: Callable[[], Server]) -> None:
            with terminal.step(name):
                server = await asyncio.to_thread(prepare)
                for program in server.programs:
                    names.append(program.name)
                    await self._supervisor.start(program)
                started.append(server)

        prepared = plan.servers(self._settings, self._secrets)
        await _together(start(name, prepare) for name, prepare in prepared.items())
        return started

    async def _until_ready(self, programs: Sequence[Program]) -> None:
        deadline = time.monotonic() + _UNTIL_READY
        url = f"http://127.0.0.1:{self._settings.port('gateway')}/readyz"
        while not await asyncio.to_thread(plan.answers, url):
            for program in programs:
                kept = self._supervisor.kept[program.name]
                if kept.restarts >= _TOO_MANY_RESTARTS:
                    raise kept.process.failed_to_start()
            if time.monotonic() > deadline:
                raise await self._not_ready(programs)
            await asyncio.sleep(0.2)

    async def _not_ready(self, programs: Sequence[Program]) -> Trouble:
        urls = [f"http://127.0.0.1:{self._settings.port(each.name)}/readyz" for each in programs]
        ready = await asyncio.gather(*(asyncio.to_thread(plan.answers, url) for url in urls))
        missing = [each.name for each, is_up in zip(programs, ready, strict=True) if not is_up]
        return Trouble(
            f"Not ready after {_UNTIL_READY:g} s: {', '.join(missing)}.",
            remedy=f"Their logs are in {self._settings.logs}.",
        )

    def _welcome(self, seconds: float) -> None:
        terminal.say(
            f"\nConvoConnect is ready after {seconds:.0f} s:  {plan.public_url(self._settings)}\n\n"
            "  1. Open that address, create an account and start a meeting.\n"
            "  2. Open the meeting's link in a second window to be your own guest.\n"
            "  3. Press Ctrl-C here to stop; everything you did is there again next time.\n\n"
            f"  Logs: {self._settings.logs}    What runs: make status\n"
        )

    def _leave_word_for_status(self) -> None:
        programs = {
            name: {"pid": kept.process.pid, "started": kept.started, "restarts": kept.restarts}
            for name, kept in self._supervisor.kept.items()
        }
        folder.note(self._settings.data, programs)


async def _together(works: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Do it all at the same time.

    Raises:
        Trouble: The first there was; the rest was given up.
    """
    troubles: list[Trouble] = []
    try:
        async with asyncio.TaskGroup() as group:
            for work in works:
                group.create_task(work)
    except* Trouble as failed:
        troubles += [each for each in failed.exceptions if isinstance(each, Trouble)]
    if troubles:
        raise troubles[0]


def _end_on_signals(supervisor: Supervisor) -> asyncio.Task[None]:
    """Cancel the calling task on the first signal; end everything at once on the next."""
    task: asyncio.Task[None] | None = asyncio.current_task()
    assert task is not None
    asked = False

    def end() -> None:
        nonlocal asked
        if asked:
            supervisor.kill()
            os._exit(130)
        asked = True
        task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, end)
    return task
