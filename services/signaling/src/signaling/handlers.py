"""Load, decide, save: one function for each thing signaling can be asked to do."""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from common.access import AccessList
from common.admission import Access
from common.bus import Bus
from common.clock import new_id
from common.forwarding import Answer, Leave, Publish, Published, Subscribe, Subscribed
from common.identity import Caller
from common.problems import RoomNotFound
from signaling import domain
from signaling.domain import Call, Newcomer, Seat
from signaling.forwarders import Forwarders, Nothing
from signaling.protocol import JoinRoom, MediaSet, Signaled, SignaledToWorker, Subscribing
from signaling.repository import CallRepository, ClosedSockets
from signaling.workers import Workers

log = structlog.get_logger()


async def join(  # noqa: PLR0913 - who, where, with what and when
    calls: CallRepository,
    access: AccessList,
    closed: ClosedSockets,
    workers: Workers,
    frame: JoinRoom,
    *,
    by: Caller,
    token: str,
    at: datetime,
) -> Call:
    """Raises `RoomNotFound`, `RoomEnded` and what `domain.join` raises."""
    room_id = frame.data.room_id
    place = await access.of(room_id, by.user_id, token)
    domain.still_open(is_open=place.is_open)
    who = _newcomer(frame, place, by)
    call = await _enter(calls, workers, room_id, who, at=at)
    await _catch_up(calls, access, closed, room_id, who, at=at)
    return call


async def leave(calls: CallRepository, room_id: str, *, by: Caller, at: datetime) -> None:
    await calls.change(room_id, lambda call: domain.leave(call, by.session_id, at=at))


async def set_media(calls: CallRepository, wanted: MediaSet, *, by: Caller, at: datetime) -> None:
    def decide(call: Call) -> domain.Change:
        return domain.set_media(
            call,
            by.session_id,
            audio=wanted.audio,
            video=wanted.video,
            screen=wanted.screen,
            at=at,
        )

    await calls.change(wanted.room_id, decide)


async def raise_hand(calls: CallRepository, room_id: str, *, by: Caller, at: datetime) -> None:
    await calls.change(room_id, lambda call: domain.raise_hand(call, by.session_id, at=at))


async def lower_hand(calls: CallRepository, room_id: str, *, by: Caller, at: datetime) -> None:
    await calls.change(room_id, lambda call: domain.lower_hand(call, by.session_id, at=at))


async def signal(calls: CallRepository, bus: Bus, signaled: Signaled, *, by: Caller) -> None:
    """Raises what `domain.route` raises, and `BusAway`."""
    directory = await calls.directory(signaled.room_id)
    route = domain.route(directory.peers, session_id=by.session_id, to=signaled.to)
    shown = {"from": route.sender, **signaled.content()}
    await bus.show([f"connection.{route.connection_id}"], "signal", signaled.room_id, shown)


async def negotiate(
    calls: CallRepository,
    forwarders: Forwarders,
    signaled: SignaledToWorker,
    *,
    by: Caller,
    connection_id: str,
) -> str | None:
    """The worker's answer to what the caller publishes; none to the caller's own answer.

    Raises what `domain.seat` and `Forwarders.ask` raise.
    """
    room_id = signaled.room_id
    directory = await calls.directory(room_id)
    own = domain.seat(directory, session_id=by.session_id, connection_id=connection_id)
    whose = {"room_id": room_id, "peer_id": own.peer_id}
    sdp = signaled.description.sdp
    if signaled.leg == "sub":
        await forwarders.ask(own.worker_id, Answer(**whose, answer=sdp), Nothing)
        return None
    publish = Publish(**whose, offer=sdp, connection_id=connection_id)
    published = await forwarders.ask(own.worker_id, publish, Published)
    await _still_there(calls, forwarders, room_id, own)
    return published.answer


async def subscribe(
    calls: CallRepository,
    forwarders: Forwarders,
    wanted: Subscribing,
    *,
    by: Caller,
    connection_id: str,
) -> Subscribed:
    """Raises what `domain.seat` and `Forwarders.ask` raise."""
    directory = await calls.directory(wanted.room_id)
    own = domain.seat(directory, session_id=by.session_id, connection_id=connection_id)
    request = Subscribe(
        room_id=wanted.room_id,
        peer_id=own.peer_id,
        wants=domain.wants(directory, own, wanted.tracks),
        connection_id=connection_id,
        restart=wanted.restart,
    )
    subscribed = await forwarders.ask(own.worker_id, request, Subscribed)
    await _still_there(calls, forwarders, wanted.room_id, own)
    return subscribed


async def place_calls(calls: CallRepository, workers: Workers, *, at: datetime) -> None:
    """Move calls whose worker is gone, and those for which there is one at last."""
    for room_id in await calls.misplaced(workers.fleet):
        call = await calls.change(room_id, lambda call: domain.place(call, workers.fleet, at=at))
        workers.took(call.worker_id, peers=len(call.peers))
        log.info("call placed", room=room_id, topology=call.topology, worker=call.worker_id)


async def follow_setting(
    calls: CallRepository, workers: Workers, room_id: str, setting: str, *, at: datetime
) -> None:
    """The room wants its media to flow another way; told twice changes nothing."""

    def decide(call: Call) -> domain.Change:
        return domain.place(replace(call, setting=setting), workers.fleet, at=at)

    await calls.note_setting(room_id, setting)
    await calls.change(room_id, decide)


async def lose_connection(
    calls: CallRepository,
    closed: ClosedSockets,
    connection_id: str,
    *,
    at: datetime,
    silent: timedelta = timedelta(),
) -> None:
    """A socket closed; told late or twice changes nothing."""
    await closed.add(connection_id, at=at)
    await _await_again(calls, connection_id, at=at, silent=silent)


async def lose_gateways(
    calls: CallRepository, gateway_ids: Collection[str], *, at: datetime
) -> None:
    """Wait for the peers behind gateways that fell silent; doing it twice changes nothing."""
    for room_id in await calls.with_gateways(gateway_ids):
        await calls.change(room_id, lambda call: domain.lose_gateways(call, gateway_ids, at=at))


async def drop_lost(calls: CallRepository, *, at: datetime) -> None:
    """Drop peers that did not come back in time; doing it twice changes nothing."""
    for room_id in await calls.with_lost_peers(at=at):
        await calls.change(room_id, lambda call: domain.drop_lost(call, at=at))


async def remove_user(
    calls: CallRepository, access: AccessList, room_id: str, user_id: str, *, at: datetime
) -> None:
    """Take a person out of the call, unless they have been admitted again by now."""
    if not await access.admits(room_id, user_id):
        await calls.change(room_id, lambda call: domain.remove_user(call, user_id, at=at))


async def end_call(calls: CallRepository, room_id: str, *, at: datetime) -> None:
    """The room is over; doing it twice changes nothing."""
    await calls.change(room_id, lambda call: domain.end(call, at=at))


def _newcomer(frame: JoinRoom, place: Access, by: Caller) -> Newcomer:
    return Newcomer(
        user_id=by.user_id,
        session_id=by.session_id,
        connection_id=frame.connection_id,
        gateway_id=frame.gateway_id,
        display_name=place.display_name,
        role=place.role,
        peer_id=frame.data.peer_id,
        audio=frame.data.audio,
        video=frame.data.video,
        setting=place.topology,
    )


async def _enter(
    calls: CallRepository, workers: Workers, room_id: str, who: Newcomer, *, at: datetime
) -> Call:
    peer_id, meeting_id = new_id(), new_id()

    def decide(call: Call) -> domain.Change:
        call, told = domain.join(call, who, new_peer_id=peer_id, new_meeting_id=meeting_id, at=at)
        call, moved = domain.place(call, workers.fleet, at=at)
        return call, [*told, *moved]

    call = await calls.change(room_id, decide)
    workers.took(call.worker_id, peers=1)
    return call


async def _still_there(
    calls: CallRepository, forwarders: Forwarders, room_id: str, own: Seat
) -> None:
    """Who was taken out while the worker was asked is forgotten by it once more.

    Raises:
        NotInCall: The peer is gone; the worker's answer is not for it any more.
    """
    directory = await calls.directory(room_id)
    if own.peer_id not in {each.peer_id for each in directory.peers}:
        with suppress(domain.WorkerAway):
            leave = Leave(room_id=room_id, peer_id=own.peer_id)
            await forwarders.ask(own.worker_id, leave, Nothing)
        raise domain.NotInCall


async def _catch_up(  # noqa: PLR0913 - as `join`
    calls: CallRepository,
    access: AccessList,
    closed: ClosedSockets,
    room_id: str,
    who: Newcomer,
    *,
    at: datetime,
) -> None:
    """React to facts that came while the join was decided: they found no peer to act on."""
    if await closed.has(who.connection_id):
        await _await_again(calls, who.connection_id, at=at)
    if not await access.admits(room_id, who.user_id):
        await remove_user(calls, access, room_id, who.user_id, at=at)
        raise RoomNotFound


async def _await_again(
    calls: CallRepository, connection_id: str, *, at: datetime, silent: timedelta = timedelta()
) -> None:
    def decide(call: Call) -> domain.Change:
        return domain.lose_connection(call, connection_id, at=at, silent=silent)

    for room_id in await calls.with_connection(connection_id):
        await calls.change(room_id, decide)
