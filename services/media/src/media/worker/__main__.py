"""`python -m media.worker` forwards the media of calls."""

import asyncio

import uvloop

from media.worker.app import serve
from media.worker.settings import Settings

if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(Settings.read()))
