"""What rooms decides about media, and what workers say of themselves."""

from datetime import timedelta

import pytest

from common.events import RoomUpdated, WorkerAlive, WorkerStopped
from common.mongo import Database
from common.testing import NOON
from signaling import handlers

from .test_consumers import BOB_ADMITTED, OPENED, Service


@pytest.fixture
async def service(db: Database) -> Service:
    its = Service(db)
    await its.hears(OPENED, BOB_ADMITTED)
    return its


def room_set_to(topology: str, seq: int = 3) -> RoomUpdated:
    return RoomUpdated(
        occurred_at=NOON,
        room_id="r1",
        seq=seq,
        room_name="Tea",
        is_private=True,
        has_password=False,
        expires_at=None,
        topology=topology,
    )


def worker_says(second: int, worker_id: str = "w1") -> WorkerAlive:
    at = NOON + timedelta(seconds=second)
    figures = {"load": 0.2, "packets_per_second": 0, "rooms": 0, "peers": 0}
    return WorkerAlive(occurred_at=at, worker_id=worker_id, **figures)


async def with_worker(service: Service) -> None:
    for second in range(2):
        await service.hears(worker_says(second))
        await service.workers.look(silence_counts=False, at=service.now)


async def test_what_a_room_is_set_to_is_followed(service: Service) -> None:
    await service.hears(room_set_to("sfu"), room_set_to("sfu"))

    assert (await service.access.of("r1", "ada", "t")).topology == "sfu"


async def test_a_call_follows_what_its_room_is_set_to(service: Service) -> None:
    await with_worker(service)
    await service.joins("ada")

    await service.hears(room_set_to("sfu"), room_set_to("sfu"))
    call = await service.calls.get("r1")
    assert (call.topology, call.worker_id, call.version) == ("sfu", "w1", 3)

    await service.hears(room_set_to("mesh", seq=4))
    await service.hears(room_set_to("sfu"))  # late, changes nothing
    call = await service.calls.get("r1")
    assert (call.topology, call.worker_id, call.version) == ("mesh", None, 4)


async def test_what_a_room_is_set_to_while_there_is_no_worker_is_not_forgotten(
    service: Service,
) -> None:
    await service.joins("ada")
    await service.hears(room_set_to("sfu"))
    assert (await service.calls.get("r1")).version == 2

    await with_worker(service)
    await handlers.place_calls(service.calls, service.workers, at=NOON)

    assert (await service.calls.get("r1")).worker_id == "w1"


async def test_a_room_without_a_call_has_nothing_to_move(service: Service, db: Database) -> None:
    await with_worker(service)
    await service.hears(room_set_to("sfu"))

    assert await db["calls"].count_documents({}) == 0


async def test_a_worker_that_stops_is_left_by_those_who_hear_it(service: Service) -> None:
    await with_worker(service)
    await service.hears(room_set_to("sfu"))
    await service.joins("ada")
    stopped = WorkerStopped(occurred_at=NOON, worker_id="w1")

    await service.hears(stopped, stopped, worker_says(2))
    await service.workers.look(silence_counts=False, at=service.now)
    await handlers.place_calls(service.calls, service.workers, at=NOON)

    call = await service.calls.get("r1")
    assert (call.topology, call.worker_id) == ("mesh", None)
