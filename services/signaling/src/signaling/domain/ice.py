"""Servers through which peers find and reach each other (RFC 8445), and the keys to them. Pure."""

import base64
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

TTL: Final = timedelta(hours=1)
"""How long the credentials of a TURN server are good."""


@dataclass(frozen=True, slots=True)
class RTCIceServer:
    """W3C WebRTC, section 4.2.3."""

    urls: tuple[str, ...]
    username: str | None = None
    credential: str | None = None


@dataclass(frozen=True, slots=True)
class IceServers:
    """What one person may use, and until when."""

    ice_servers: tuple[RTCIceServer, ...]
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Relays:
    """The STUN and TURN servers of this installation."""

    stun_urls: tuple[str, ...]
    turn_urls: tuple[str, ...]
    secret: str
    """What coturn has as `static-auth-secret`."""

    def servers_for(self, user_id: str, *, at: datetime) -> IceServers:
        expiry = int((at + TTL).timestamp())
        servers = [RTCIceServer(self.stun_urls)] if self.stun_urls else []
        if self.turn_urls:
            username = f"{expiry}:{user_id}"
            servers.append(RTCIceServer(self.turn_urls, username, _password(self.secret, username)))
        return IceServers(tuple(servers), datetime.fromtimestamp(expiry, UTC))


def stun_of(turn_url: str) -> str | None:
    """The same server asked for nothing but one's own address; none for TURN over TLS."""
    scheme, _, rest = turn_url.partition(":")
    host = rest.partition("?")[0]
    return f"stun:{host}" if scheme == "turn" else None


def _password(secret: str, username: str) -> str:
    """As coturn's `use-auth-secret` asks (draft-uberti-behave-turn-rest-00, section 2.2)."""
    return base64.b64encode(hmac.digest(secret.encode(), username.encode(), "sha1")).decode()
