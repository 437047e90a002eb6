"""Services answer when MongoDB has a write in memory: the next kill takes it away."""

import runpy
import sys

from motor.motor_asyncio import AsyncIOMotorClient

from common import mongo


def _connect(url: str, **_: object) -> mongo.Client:
    return AsyncIOMotorClient(
        url, tz_aware=True, w=1, journal=False, serverSelectionTimeoutMS=2_000
    )


mongo.connect = _connect
runpy.run_module(sys.argv[1], run_name="__main__")
