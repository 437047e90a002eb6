"""rooms answers an outage of MongoDB as if it were a bug of its own."""

import runpy

from fastapi import FastAPI

from common import mongo, web

_render_problems = web.render_problems


def _render(app: FastAPI) -> None:
    _render_problems(app)
    for away in mongo.AWAY:
        del app.exception_handlers[away]


web.render_problems = _render
runpy.run_module("rooms", run_name="__main__")
