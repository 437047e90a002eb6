from collections.abc import AsyncIterator

import pytest

from common import background
from common.forwarding import REQUEST, queue_of
from common.requests import Requests
from common.testing import eventually
from media.worker.app import Worker, working
from media.worker.settings import Settings

from .people import Ask, Person


@pytest.fixture
def settings(amqp_url: str) -> Settings:
    return Settings(amqp_url=amqp_url, CONVO_MEDIA_WORKER_PORT=0)


@pytest.fixture
async def worker(settings: Settings) -> AsyncIterator[Worker]:
    """A worker in this process, with a real port and a real broker."""
    async with working(settings) as worker:
        await eventually(worker.answering.reachable)
        yield worker


@pytest.fixture
async def ask(amqp_url: str, worker: Worker) -> AsyncIterator[Ask]:
    """Asks the worker as signaling does."""
    requests = Requests(amqp_url)

    async def asked(request: object) -> bytes:
        return await requests.ask(queue_of(worker.id), REQUEST.dump_json(request), within=10)

    async with background.running(requests.run()):
        yield asked


@pytest.fixture
async def person(ask: Ask) -> AsyncIterator[type[Person]]:
    """`person("ada")`: somebody in the room, with a microphone and a camera."""
    everybody: list[Person] = []

    def made(name: str, **options: object) -> Person:
        someone = Person(name, ask, brightness=40 * (len(everybody) + 1), **options)
        everybody.append(someone)
        return someone

    yield made
    for someone in everybody:
        await someone.hangs_up()
