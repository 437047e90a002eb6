"""What a worker tells unasked: that it lives, how videos are watched, and who speaks."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aio_pika

from common.events import WorkerAlive, WorkerStopped
from common.topology import EVENTS, LIVE


@asynccontextmanager
async def hearing(amqp_url, exchange, *keys) -> AsyncIterator[aio_pika.abc.AbstractQueueIterator]:
    """Messages that come under these keys from now on."""
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue(exclusive=True)
        for key in keys:
            await queue.bind(exchange, key)
        async with queue.iterator(no_ack=True, timeout=60) as messages:
            yield messages


async def test_a_worker_tells_that_it_lives_and_that_it_goes(amqp_url):
    async with hearing(amqp_url, EVENTS, WorkerAlive.type, WorkerStopped.type) as facts:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "media.worker",
            env={**os.environ, "CONVO_AMQP_URL": amqp_url, "CONVO_MEDIA_WORKER_PORT": "0"},
        )
        alive = WorkerAlive.parse((await anext(facts)).body)

        process.send_signal(signal.SIGTERM)
        while (last := await anext(facts)).type == WorkerAlive.type:
            pass

        assert WorkerStopped.parse(last.body).worker_id == alive.worker_id
        assert await process.wait() == 0


async def test_a_publisher_is_told_in_which_height_its_camera_is_watched(person, amqp_url):
    ada, bob = person("ada"), person("bob")
    async with hearing(amqp_url, LIVE, "connection.socket-of-ada") as frames:
        told = []
        await ada.speaks()

        for height in (360, 180, 0):
            await bob.watches("ada", height=height)
            while not told or told[-1]["height"] != height:
                frame = json.loads((await anext(frames)).body)
                assert (frame["type"], frame["roomId"]) == ("trackWatched", "room")
                told.append(frame["data"])

        assert {each["kind"] for each in told} == {"camera"}


async def test_the_room_is_told_who_speaks(person, amqp_url):
    ada, bob = person("ada"), person("bob", loud=True)
    async with hearing(amqp_url, LIVE, "room.room") as frames:
        await ada.speaks()
        await bob.speaks()

        frame = json.loads((await anext(frames)).body)

    assert frame["type"] == "activeSpeaker"
    assert frame["data"] == {"peerIds": ["bob"]}
