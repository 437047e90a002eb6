import io
import os
import secrets
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from PIL import Image

from common.mongo import Database
from common.testing import eventually, serving
from media.app import create_app
from media.objects import Objects
from media.settings import Settings


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A real object store: its address and key pair, as settings."""
    given = os.environ.get("CONVO_TEST_S3_URL")
    if given:
        yield {
            "s3_url": given,
            "s3_access_key": os.environ["CONVO_TEST_S3_ACCESS_KEY"],
            "s3_secret_key": os.environ["CONVO_TEST_S3_SECRET_KEY"],
        }
        return
    from stack.servers.objects import running_objects  # noqa: PLC0415 - only where it is needed

    with running_objects(tmp_path_factory.mktemp("s3")) as run:
        yield {
            "s3_url": run.url,
            "s3_access_key": run.access_key,
            "s3_secret_key": run.secret_key,
        }


@pytest.fixture
def settings(
    mongo_url: str, amqp_url: str, jwks_url: str, s3: dict[str, str], db: Database
) -> Settings:
    """media's, with a bucket of its own for one test."""
    return Settings(
        mongo_url=mongo_url,
        amqp_url=amqp_url,
        jwks_url=jwks_url,
        s3_bucket=f"test-{secrets.token_hex(4)}",
        CONVO_MEDIA_DATABASE=db.name,
        **s3,
    )


@pytest.fixture
async def http(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """media, whole, on real servers."""
    async with serving(create_app(settings)) as client:

        async def bucket_is_there() -> bool:
            return (await client.get("/readyz")).json()["checks"]["s3"]

        await eventually(bucket_is_there)
        yield client


@pytest.fixture
async def objects(s3: dict[str, str]) -> Objects:
    """A bucket of its own, without the service around it."""
    settings = Settings(
        mongo_url="-", amqp_url="-", jwks_url="-", s3_bucket=f"test-{secrets.token_hex(4)}", **s3
    )
    found = Objects(settings)
    await found.prepare()
    return found


@pytest.fixture
async def browser() -> AsyncIterator[httpx.AsyncClient]:
    """What follows the addresses that media gives."""
    async with httpx.AsyncClient() as client:
        yield client


@pytest.fixture
def picture():
    """Makes the bytes of a picture."""

    def make(kind: str = "PNG", size: tuple[int, int] = (64, 32), **options: Any) -> bytes:
        written = io.BytesIO()
        Image.new(options.pop("mode", "RGB"), size, "teal").save(written, kind, **options)
        return written.getvalue()

    return make
