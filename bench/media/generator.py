"""A process that is some of the clients: connects them when told, then runs their traffic."""

import asyncio
import gc
import random
from collections import Counter
from collections.abc import Coroutine, Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import cached_property
from multiprocessing.connection import Connection
from typing import Any

from aiortc.rtcdtlstransport import RTCCertificate
from bench.media import videoroom, worker_calls
from bench.media.calls import Calls
from bench.media.descriptions import Sources
from bench.media.leg import Leg, NotConnected
from bench.media.loads import Peer
from bench.media.packets import Publisher
from bench.media.servers import OURS, Server
from bench.media.subscribers import Subscriber
from bench.media.traffic import CONSENT_EVERY, Schedule, Traffic, WarmUp

_AT_ONCE = 4
"""Connections made at the same time: a handshake costs a server milliseconds."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one process does of a load."""

    everybody: list[Peer]
    mine: list[Peer]
    """Those whose clients it is."""
    tells_arrivals: bool
    """Whether its clients tell a server that asks for it when each packet came (TWCC)."""
    is_even: bool
    """Whether packets of one picture leave one by one."""


def run(orders: Connection, server: Server, part: Part) -> None:
    """Obey what comes through the pipe; what goes wrong goes back."""
    try:
        asyncio.run(_obey(orders, server, part))
    except (NotConnected, TimeoutError, OSError) as trouble:
        orders.send(trouble)


async def _obey(orders: Connection, server: Server, part: Part) -> None:
    async with _calls(server) as calls:
        clients = Clients(calls, part)
        renewing = asyncio.create_task(clients.renew())
        while True:
            match await asyncio.to_thread(orders.recv):
                case "open":
                    await calls.open_rooms(1 + max(each.room for each in part.everybody))
                    orders.send("open")
                case "publish":
                    await clients.publish()
                    orders.send("published")
                case "subscribe":
                    await clients.subscribe()
                    orders.send(clients.profiles())
                case WarmUp() as warm_up:
                    gc.collect()
                    gc.disable()
                    orders.send(clients.traffic.warm_up(warm_up))
                case Schedule() as schedule:
                    orders.send(clients.traffic.run(schedule))
                case _:
                    renewing.cancel()
                    await clients.close()
                    return


def _calls(server: Server) -> AbstractAsyncContextManager[Calls]:
    if server.side == OURS:
        return worker_calls.asking(server.url, server.worker_id)
    return videoroom.session(server.url)


class Clients:
    """Peers with the legs they have so far."""

    def __init__(self, calls: Calls, part: Part) -> None:
        self._calls = calls
        self._part = part
        self._certificate = RTCCertificate.generateCertificate()
        self._legs: list[Leg] = []
        self._publishers: list[Publisher] = []
        self._subscribers: list[Subscriber] = []

    async def publish(self) -> None:
        """Connect everybody who sends."""
        await _some_at_once(self._publish(each) for each in self._part.mine if each.sends)

    async def subscribe(self) -> None:
        """Connect everybody who gets something, once all who send are there."""
        await _some_at_once(self._subscribe(each) for each in self._part.mine if each.gets)

    async def renew(self) -> None:
        """Tell servers that these are still there, while others are being connected."""
        while True:
            await asyncio.sleep(CONSENT_EVERY)
            for each in self._legs:
                each.socket.send(each.check)

    def profiles(self) -> Counter[str]:
        """How the legs are encrypted."""
        return Counter(each.profile for each in self._legs)

    @cached_property
    def traffic(self) -> Traffic:
        """What all of them do, once they are connected."""
        return Traffic(self._legs, self._publishers, self._subscribers, is_even=self._part.is_even)

    async def close(self) -> None:
        for each in self._legs:
            await each.close()

    async def _publish(self, peer: Peer) -> None:
        sources = Sources(*(random.getrandbits(32) for _ in range(3)))
        leg = Leg(self._certificate)
        await self._calls.publish(peer, leg, sources)
        self._legs.append(leg)
        self._publishers.append(Publisher(leg, sources))

    async def _subscribe(self, peer: Peer) -> None:
        feeds = [
            each
            for each in self._part.everybody
            if each.sends and each.room == peer.room and each != peer
        ]
        leg = Leg(self._certificate, tells_arrivals=self._part.tells_arrivals)
        offered = await self._calls.subscribe(peer, leg, feeds)
        self._legs.append(leg)
        self._subscribers.append(Subscriber(leg, offered))


async def _some_at_once(what: Iterable[Coroutine[Any, Any, None]]) -> None:
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(each: Coroutine[Any, Any, None]) -> None:
        async with gate:
            await each

    await asyncio.gather(*(one(each) for each in what))
