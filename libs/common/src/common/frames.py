"""How the gateway hands a client's frame to a service, and what comes back."""

from typing import Any

from pydantic import Field

from common.wire import Wire


class Command(Wire):
    """One frame from a client's socket, as `POST /commands` receives it.

    Who sent it is in the access token beside it. A service subclasses this with its
    own `type` and `data`, and joins them in one discriminated union (`protocol.py`).
    """

    connection_id: str
    """The socket it came through; live frames reach it under `connection.<id>`."""
    gateway_id: str
    """The gateway process that holds the socket."""


class Told(Wire):
    """One fact as clients see it."""

    frame: str
    seq: int
    type: str
    """Of the fact; its publisher stands before the first dot."""
    body: str
    """JSON; the frame's `data`."""


class Reply(Wire):
    """The answer to the client, and what its connection hears from now on.

    The service decides who may hear what; the gateway obeys.
    """

    data: dict[str, Any] = Field(default_factory=dict)
    subscribe: list[str] = Field(default_factory=list)
    unsubscribe: list[str] = Field(default_factory=list)
    seq: int | None = None
    """Newest number of the service's stream of this room that `data` contains."""
    told: list[Told] = Field(default_factory=list)
    """What came of it, if it is stored: shown at once to those who hear the room here,
    while the bus brings it to everybody else."""


class Outcome(Wire):
    """What became of one of several frames that were asked together."""

    reply: Reply | None = None
    status: int = 200
    problem: dict[str, Any] | None = None
    """Why not, when there is no reply."""


class Outcomes(Wire):
    """In the order of the frames."""

    outcomes: list[Outcome]
