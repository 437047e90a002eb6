"""People in calls, whose browser is aiortc."""

import asyncio
import json
import re
from collections import Counter
from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any

from aiortc import (
    RTCBundlePolicy,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpReceiver,
    RTCSessionDescription,
)
from aiortc.mediastreams import AudioStreamTrack, MediaStreamError, VideoStreamTrack
from av import AudioFrame, VideoFrame

from common.forwarding import Answer, Leave, Publish, Subscribe, Want
from common.testing import eventually

Ask = Callable[[object], Awaitable[bytes]]
NEAR = 8
"""How much a brightness may change on its way through an encoder."""


class Face(VideoStreamTrack):
    """A small picture of one brightness, by which its owner is known."""

    def __init__(self, brightness: int) -> None:
        super().__init__()
        self._brightness = brightness

    async def recv(self) -> VideoFrame:
        pts, time_base = await self.next_timestamp()
        frame = VideoFrame(width=160, height=120, format="yuv420p")
        for plane, value in zip(frame.planes, (self._brightness, 128, 128), strict=True):
            plane.update(bytes([value]) * plane.buffer_size)
        frame.pts, frame.time_base = pts, time_base
        return frame


class Voice(AudioStreamTrack):
    """A tone, or silence."""

    def __init__(self, *, loud: bool) -> None:
        super().__init__()
        self._loud = loud

    async def recv(self) -> AudioFrame:
        frame = await super().recv()
        if self._loud:
            wave = (b"\x00\x40" * 20 + b"\x00\xc0" * 20) * (frame.samples // 40 + 1)
            frame.planes[0].update(wave[: frame.planes[0].buffer_size])
        return frame


class RefusedError(Exception):
    """The worker said no, and why."""


def answered(body: bytes) -> dict[str, Any]:
    content = json.loads(body)
    if "refused" in content:
        raise RefusedError(content["refused"]["code"])
    return content


class Person:
    """Somebody in room `room`, with both connections to the worker."""

    def __init__(self, name: str, ask: Ask, *, brightness: int, loud: bool = False) -> None:
        self.name = name
        self.brightness = brightness
        self.room = "room"
        self._loud = loud
        self.seen: Counter[tuple[str, str]] = Counter()
        """Frames that came, by peer and kind."""
        self.brightnesses: dict[str, int] = {}
        """Of the newest picture of each peer."""
        self._ask = ask
        self._slots: dict[str, tuple[str, str]] = {}
        self._sources: dict[str, int] = {}
        self._watching: dict[str, asyncio.Task[None]] = {}
        self.pub = _connection()
        self.sub = _connection()

    def _of_peer(self) -> dict[str, str]:
        return {"room_id": self.room, "peer_id": self.name}

    async def speaks(self) -> str:
        """Send voice and face, or offer once more what was offered; what the worker says to it."""
        if not self.pub.getTransceivers():
            self.pub.addTransceiver(Voice(loud=self._loud), "sendonly")
            self.pub.addTransceiver(Face(self.brightness), "sendonly")
        await self.pub.setLocalDescription(await self.pub.createOffer())
        offer = self.pub.localDescription.sdp
        told = await self._ask(
            Publish(**self._of_peer(), offer=offer, connection_id=f"socket-of-{self.name}")
        )
        answer: str = answered(told)["answer"]
        if self.pub.signalingState != "stable":
            await self.pub.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        return answer

    async def asks_for(
        self, *names: str, height: int | None = None, restart: bool = False
    ) -> dict[str, Any]:
        """Want voice and face of exactly these; what the worker says to it."""
        kinds = ("audio", "camera")
        wants = [Want(peer_id=name, kind=kind, height=height) for name in names for kind in kinds]
        subscribe = Subscribe(
            **self._of_peer(),
            wants=wants,
            connection_id=f"socket-of-{self.name}",
            restart=restart,
        )
        return answered(await self._ask(subscribe))

    async def watches(self, *names: str, height: int | None = None) -> None:
        """Get voice and face of exactly these."""
        told = await self.asks_for(*names, height=height)
        self._slots = {m: (s["peerId"], s["kind"]) for m, s in told["slots"].items()}
        if "offer" in told:
            await self.agrees(told["offer"])

    async def agrees(self, offer: str) -> None:
        await self.sub.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        self._know_new_sources(offer)
        await self.sub.setLocalDescription(await self.sub.createAnswer())
        answered(await self._ask(Answer(**self._of_peer(), answer=self.sub.localDescription.sdp)))
        for transceiver in self.sub.getTransceivers():
            mid = transceiver.mid
            if mid not in self._watching:
                watching = asyncio.create_task(self._watch(mid, transceiver.receiver))
                self._watching[mid] = watching

    def _know_new_sources(self, offer: str) -> None:
        """aiortc takes only the sources a section had at first; browsers take new ones."""
        self._sources = {}
        receivers = {each.mid: each.receiver for each in self.sub.getTransceivers()}
        for section in offer.split("m=")[1:]:
            mid = re.search(r"a=mid:(\S+)", section)[1]
            router = receivers[mid].transport._rtp_router
            for ssrc in re.findall(r"a=ssrc:(\d+) cname", section)[:1]:
                self._sources[mid] = int(ssrc)
                router.ssrc_table[int(ssrc)] = receivers[mid]

    async def _watch(self, mid: str, receiver: RTCRtpReceiver) -> None:
        while True:
            try:
                frame = await receiver.track.recv()
            except MediaStreamError:
                return
            slot = self._slots.get(mid)
            if slot is None:
                continue
            self.seen[slot] += 1
            if isinstance(frame, VideoFrame):
                self.brightnesses[slot[0]] = bytes(frame.planes[0])[0]

    async def leaves(self) -> None:
        answered(await self._ask(Leave(**self._of_peer())))

    async def sees(self, *others: "Person", within: float = 60.0) -> None:
        """Wait until five more frames of everybody's voice and their own face came."""
        before = self.seen.copy()
        looks = count()

        async def look() -> bool:
            if next(looks) % 50 == 25:
                await self._ask_for_pictures()
            return all(
                self.seen[other.name, "audio"] >= before[other.name, "audio"] + 5
                and self.seen[other.name, "camera"] >= before[other.name, "camera"] + 5
                and abs(self.brightnesses[other.name] - other.brightness) < NEAR
                for other in others
            )

        await eventually(look, within=within)

    async def _ask_for_pictures(self) -> None:
        """Browsers ask for a key frame when they cannot decode; aiortc does not."""
        for mid, (name, kind) in self._slots.items():
            if kind == "camera" and not self.seen[name, kind]:
                for transceiver in self.sub.getTransceivers():
                    if transceiver.mid == mid:
                        await transceiver.receiver._send_rtcp_pli(self._sources[mid])

    async def hangs_up(self) -> None:
        for watching in self._watching.values():
            watching.cancel()
        await self.pub.close()
        await self.sub.close()


def _connection() -> RTCPeerConnection:
    # Without an empty list aiortc would ask a public server; without the policy it would mix
    # up the transports of sections of the same media.
    return RTCPeerConnection(
        RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
    )
