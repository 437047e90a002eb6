"""Tasks that run beside the requests and never die silently."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import structlog

log = structlog.get_logger()


@asynccontextmanager
async def running(*works: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run `works` until the block ends; one that fails stops the whole process.

    A service whose relay is dead but whose health check is green is worse than a
    service that is restarted.
    """
    tasks = [asyncio.create_task(_guarded(work), name=_name(work)) for work in works]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _guarded(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except Exception:
        log.exception("background task failed", task=_name(work))
        os.kill(os.getpid(), signal.SIGTERM)


def _name(work: Coroutine[Any, Any, None]) -> str:
    return getattr(work, "__qualname__", repr(work))
