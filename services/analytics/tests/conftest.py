from collections.abc import AsyncIterator

import httpx
import pytest

from analytics.app import create_app
from analytics.settings import Settings
from common.mongo import Database
from common.testing import serving


@pytest.fixture
async def http(
    mongo_url: str, amqp_url: str, jwks_url: str, db: Database
) -> AsyncIterator[httpx.AsyncClient]:
    """analytics, whole, on real servers."""
    settings = Settings(
        mongo_url=mongo_url, amqp_url=amqp_url, jwks_url=jwks_url, CONVO_ANALYTICS_DATABASE=db.name
    )
    async with serving(create_app(settings)) as client:
        yield client
