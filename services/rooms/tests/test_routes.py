import aio_pika
import httpx

from common.events import RoomOpened
from common.testing import Issuer, eventually
from common.topology import EVENTS


async def test_a_stranger_cannot_close_a_room(http: httpx.AsyncClient, issuer: Issuer) -> None:
    room = (await http.post("/rooms", json={"roomName": "Tea"}, headers=issuer.bearer("ada"))).json()

    refused = await http.post(f"/rooms/{room['roomId']}/close", headers=issuer.bearer("bob"))

    assert refused.status_code == 403
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["code"] == "not-the-host"
    assert refused.json()["message"] == refused.json()["detail"]


async def test_opening_a_room_is_told_on_the_bus(
    http: httpx.AsyncClient, issuer: Issuer, amqp_url: str
) -> None:
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue(exclusive=True)
        await queue.bind(EVENTS, RoomOpened.type)

        answer = await http.post("/rooms", json={"roomName": "Tea"}, headers=issuer.bearer("ada"))
        assert answer.status_code == 201
        message = await eventually(lambda: queue.get(fail=False))

        told = RoomOpened.parse(message.body)
        assert told.room_id == answer.json()["roomId"]
        assert told.host_id == "ada"
        assert message.headers["x-seq"] == 1
        assert message.headers["CC"] == [f"room.{told.room_id}"]
