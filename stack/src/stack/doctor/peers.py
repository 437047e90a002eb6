"""Calls of real peers: between two on this machine, and with a media worker."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiortc import (
    RTCBundlePolicy,
    RTCConfiguration,
    RTCIceServer,
    RTCIceTransportPolicy,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.mediastreams import AudioStreamTrack

from stack.doctor.paths import Relay
from stack.doctor.person import Line
from stack.trouble import Trouble

PATIENCE = 15.0
_CANDIDATE = re.compile(
    r"a=candidate:\S+ 1 udp \d+ (?P<host>\S+) (?P<port>\d+) typ .*\r?\n", re.IGNORECASE
)


@dataclass(frozen=True)
class Door:
    """An address at which a media worker takes packets, as it says itself."""

    host: str
    port: int

    @property
    def place(self) -> str:
        return f"UDP port {self.port} of {self.host}"


async def call_directly() -> None:
    """Send a message between two peers over this machine's own addresses.

    Raises:
        Trouble: They do not find each other.
    """
    async with _peer() as one, _peer() as other:
        heard: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        channel = one.createDataChannel("test")
        channel.on("open", lambda: channel.send("hello"))
        other.on("datachannel", lambda it: it.on("message", heard.set_result))
        await one.setLocalDescription(await one.createOffer())
        await other.setRemoteDescription(one.localDescription)
        await other.setLocalDescription(await other.createAnswer())
        await one.setRemoteDescription(other.localDescription)
        try:
            async with asyncio.timeout(PATIENCE):
                await heard
        except TimeoutError:
            raise Trouble(
                "Two peers on this machine do not find each other: UDP between high ports is "
                "closed.",
                remedy="Let UDP between this machine's own addresses through its firewall.",
            ) from None


def doors(description: str) -> list[Door]:
    """Return where a worker's answer says that it is reached."""
    return [Door(each["host"], int(each["port"])) for each in _CANDIDATE.finditer(description)]


async def call_worker(line: Line, room: str, door: Door | None, relay: Relay | None) -> list[Door]:
    """Send sound to the room's worker through one of its doors, all of them when None.

    With `relay` only through that one. Returns all the doors.

    Raises:
        Trouble: The worker does not answer there; says which port is closed.
    """
    async with _peer(relay) as peer:
        peer.addTransceiver(AudioStreamTrack(), "sendonly")
        await peer.setLocalDescription(await peer.createOffer())
        offer = {"type": "offer", "sdp": peer.localDescription.sdp}
        told = await line.ask("signal", roomId=room, to="sfu", leg="pub", description=offer)
        sdp = told["description"]["sdp"]
        every = doors(sdp)
        try:
            async with asyncio.timeout(PATIENCE):
                connected = _connected(peer)
                await peer.setRemoteDescription(RTCSessionDescription(_only(sdp, door), "answer"))
                await connected
        except TimeoutError:
            raise _closed([door] if door else every, relay) from None
        return every


def _only(sdp: str, door: Door | None) -> str:
    if door is None:
        return sdp
    return _CANDIDATE.sub(
        lambda each: each[0] if Door(each["host"], int(each["port"])) == door else "", sdp
    )


def _closed(tried: Sequence[Door], relay: Relay | None) -> Trouble:
    places = ", ".join(each.place for each in tried)
    if relay is not None:
        return Trouble(
            f"The TURN server at {relay.place} cannot reach the media worker: {places}.",
            remedy="Let UDP from the TURN server to it through, and allow it the address "
            "(CONVO_MEDIA_PUBLIC_IP, or allowed-peer-ip of coturn).",
        )
    return Trouble(
        f"{places} is closed: the media worker does not answer there.",
        remedy="Let UDP to it through the firewall, set CONVO_MEDIA_PUBLIC_IP to the address "
        "people reach, and CONVO_MEDIA_WORKER_HOST to one that takes what comes from outside.",
    )


def _connected(peer: RTCPeerConnection) -> asyncio.Future[None]:
    done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def look() -> None:
        if peer.connectionState == "connected" and not done.done():
            done.set_result(None)
        elif peer.connectionState in {"failed", "closed"} and not done.done():
            done.set_exception(TimeoutError())

    peer.on("connectionstatechange", look)
    return done


@asynccontextmanager
async def _peer(relay: Relay | None = None) -> AsyncIterator[RTCPeerConnection]:
    """Make a peer that knows no servers but `relay`, and goes through that alone."""
    servers, policy = [], RTCIceTransportPolicy.ALL
    if relay is not None:
        url = f"turn:{relay.host}:{relay.port}?transport={relay.transport.lower()}"
        servers = [RTCIceServer(url, relay.username, relay.credential)]
        policy = RTCIceTransportPolicy.RELAY
    peer = RTCPeerConnection(
        RTCConfiguration(
            iceServers=servers,
            iceTransportPolicy=policy,
            bundlePolicy=RTCBundlePolicy.MAX_BUNDLE,
        )
    )
    try:
        yield peer
    finally:
        await peer.close()
