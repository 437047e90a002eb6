"""Strikes a cluster with faults and undoes them."""

import asyncio
import signal
from collections.abc import Callable, Sequence
from typing import cast

from tests.chaos.cluster import Cluster
from tests.chaos.faults import Fault, Step
from tests.chaos.proxy import Trouble


class Nemesis:
    """One fault at a time; `say` hears of each."""

    def __init__(self, cluster: Cluster, *, say: Callable[[str], None] = lambda _: None) -> None:
        self._cluster = cluster
        self._say = say

    async def run(self, steps: Sequence[Step]) -> None:
        """Strike in the order and with the pauses of the schedule."""
        for number, step in enumerate(steps, start=1):
            await asyncio.sleep(step.pause)
            self._say(f"{number}/{len(steps)} {step.fault}")
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
            case _, "stop_app":
                await cluster.rabbitmqctl("start_app")
            case _, "disk_alarm":
                await cluster.rabbitmqctl("set_disk_free_limit", "200MB")
            case _:
                await cluster.rabbitmqctl("set_vm_memory_high_watermark", "absolute", "512MB")
