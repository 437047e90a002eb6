"""FastAPI runs what is not `async` in a thread of its own: half a millisecond for nothing."""

import importlib
import inspect
from collections.abc import Iterator

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

SERVICES = ("auth", "rooms", "chat", "signaling", "media", "notify", "analytics")


def calls(dependant: Dependant) -> Iterator[object]:
    yield dependant.call
    for each in dependant.dependencies:
        yield from calls(each)


@pytest.mark.parametrize("service", SERVICES)
def test_no_request_waits_for_a_thread(service: str) -> None:
    router = importlib.import_module(f"{service}.routes").router

    found = {call for route in router.routes for call in calls(route.dependant)}

    assert all(isinstance(route, APIRoute) for route in router.routes)
    assert [call for call in found if not inspect.iscoroutinefunction(call)] == []
