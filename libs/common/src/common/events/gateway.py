"""What gateways tell: whose socket is open. They keep nothing, so these facts have no outbox."""

from pydantic import Field

from common.events.event import Event


class UserConnected(Event):
    """A person's client opened a socket."""

    type = "gateway.user_connected.v1"

    connection_id: str
    user_id: str
    session_id: str
    gateway_id: str

    def subject(self) -> str | None:
        return self.user_id


class UserDisconnected(Event):
    """A socket closed, whoever closed it."""

    type = "gateway.user_disconnected.v1"

    connection_id: str
    user_id: str
    session_id: str
    gateway_id: str
    code: int
    """WebSocket close code."""
    silent_seconds: float = Field(default=0.0, ge=0)
    """For how long the client had not been heard when its socket was given up."""

    def subject(self) -> str | None:
        return self.user_id


class GatewayAlive(Event):
    """Said every 2 s; the sockets of a gateway silent for 6 s are gone."""

    type = "gateway.gateway_alive.v1"

    gateway_id: str
    """New at every start of the process."""

    def subject(self) -> str | None:
        return self.gateway_id
