"""Strikes a cluster with faults and undoes them."""

import asyncio
import signal
from collections.abc import Callable, Sequence
from functools import partial
from typing import cast

from common.testing import eventually
from tests.chaos.cluster import READY_WITHIN, Cluster
from tests.chaos.faults import Fault, Step
from tests.chaos.proxy import Trouble


class Nemesis:
    """One fault at a time."""

    def __init__(
        self,
        cluster: Cluster,
        *,
        say: Callable[[str], None] = lambda _: None,
        struck: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`say` is told for people, `struck` for the history, each time just before."""
        self._cluster = cluster
        self._say = say
        self._struck = struck

    async def run(self, steps: Sequence[Step]) -> None:
        """Strike in the order and with the pauses of the schedule."""
        for number, step in enumerate(steps, start=1):
            await asyncio.sleep(step.pause)
            if step.fault.target in self._cluster.programs:
                # Who kills the dead tests nothing, and a slow machine would do so often.
                await eventually(
                    partial(self._cluster.serves, step.fault.target), within=READY_WITHIN
                )
            self._say(f"{number}/{len(steps)} {step.fault}")
            self._struck(str(step.fault))
            await self.strike(step.fault)

    async def strike(self, fault: Fault) -> None:
        """Do it; a fault that lasts is undone before this returns, even when cancelled."""
        try:
            await self._begin(fault)
            await asyncio.sleep(fault.lasts)
        finally:
            if fault.lasts:
                await self._undo(fault)

    async def _begin(self, fault: Fault) -> None:
        cluster, target = self._cluster, fault.target
        match fault.kind, fault.what:
            case "kill9", _:
                cluster.signal(target, signal.SIGKILL)
            case "term", _:
                cluster.signal(target, signal.SIGTERM)
            case "stop", _:
                cluster.signal(target, signal.SIGSTOP)
            case "clock", _:
                cluster.move_clock(target, fault.amount)
            case "net", trouble:
                cluster.links[target].suffer(cast("Trouble", trouble), fault.amount)
            case "calm", _:
                pass
            case _, "stop_app":
                await cluster.rabbitmqctl("stop_app")
            case _, "disk_alarm":
                await cluster.rabbitmqctl("set_disk_free_limit", "10000GB")
            case _, "mem_alarm":
                await cluster.rabbitmqctl("set_vm_memory_high_watermark", "0.0001")
            case _:
                await cluster.wipe_rabbitmq()

    async def _undo(self, fault: Fault) -> None:
        cluster, target = self._cluster, fault.target
        match fault.kind, fault.what:
            case "stop", _:
                cluster.signal(target, signal.SIGCONT)
            case "clock", _:
                cluster.move_clock(target, 0)
            case "net", _:
                cluster.links[target].heal()
            case "calm", _:
                pass
            case _, "stop_app":
                await cluster.rabbitmqctl("start_app")
            case _, "disk_alarm":
                await cluster.rabbitmqctl("set_disk_free_limit", "200MB")
            case _:
                await cluster.rabbitmqctl("set_vm_memory_high_watermark", "absolute", "512MB")
