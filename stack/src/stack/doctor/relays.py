"""A call through a relay: two ends that know each other by their relayed addresses alone."""

import asyncio
import ssl
from contextlib import suppress
from pathlib import Path

from aioice import stun
from aioice.turn import TurnTransport, create_turn_endpoint

from stack.doctor.paths import Relay
from stack.trouble import Trouble

PATIENCE = 10.0
"""Seconds an end may take to get its relay, and packets to pass."""
_AGAIN = 0.1
"""Seconds after which a packet is sent again: the first come before the other end listens."""
_LAST_WORDS = 2.0

_SAME = (
    "Give the TURN server and signaling the same CONVO_TURN_SAME, and set the clocks of "
    "their machines: the credentials are good for an hour."
)
_REFUSED = {
    401: ("does not accept the platform's credentials", _SAME),
    403: (
        "may not relay to its own address",
        "Allow the TURN server its own relay address: allowed-peer-ip of coturn.",
    ),
    486: (
        "has given this person as many relays as it allows",
        "Try again in ten minutes, or raise user-quota of coturn.",
    ),
    508: (
        "has no relay port left",
        "Give it more (min-port and max-port of coturn), and let UDP to them through.",
    ),
}


class _End(asyncio.DatagramProtocol):
    """One side of the call."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.heard: asyncio.Future[bytes] = loop.create_future()
        self.gone: asyncio.Future[None] = loop.create_future()

    def datagram_received(self, data: bytes, _: object) -> None:
        if not self.heard.done():
            self.heard.set_result(data)

    def error_received(self, exc: Exception) -> None:
        if not self.heard.done():
            self.heard.set_exception(exc)

    def connection_lost(self, _: Exception | None) -> None:
        if not self.gone.done():
            self.gone.set_result(None)


async def call(relay: Relay, own: Path | None = None) -> None:
    """Send a packet each way between two relays of that server.

    `own` is a certificate to be believed besides those the machine believes.

    Raises:
        Trouble: No packet comes through; says which port is closed.
    """
    ends: list[tuple[TurnTransport, _End]] = []
    try:
        ends.append(await _allocated(relay, own))
        ends.append(await _allocated(relay, own))
        await _talk(relay, ends)
    except stun.TransactionFailed as failed:
        raise _refused(relay, failed.response.error_code) from None
    except (stun.TransactionError, ConnectionError):
        raise _closed(relay) from None
    finally:
        for transport, _ in ends:
            transport.close()
        if ends:
            await asyncio.wait([end.gone for _, end in ends], timeout=_LAST_WORDS)
        for _, end in ends:
            end.heard.cancel()
            with suppress(asyncio.CancelledError, stun.TransactionError, ConnectionError):
                await end.heard


async def _allocated(relay: Relay, own: Path | None) -> tuple[TurnTransport, _End]:
    try:
        async with asyncio.timeout(PATIENCE):
            return await create_turn_endpoint(
                _End,
                server_addr=(relay.host, relay.port),
                username=relay.username,
                password=relay.credential,
                ssl=_context(own) if relay.transport == "TLS" else None,
                transport="udp" if relay.transport == "UDP" else "tcp",
            )
    except ssl.SSLCertVerificationError as wrong:
        raise Trouble(
            f"The certificate at {relay.place} is not believed: {wrong.verify_message}.",
            remedy="Set CONVO_TURN_CERTIFICATE to one that is for this name, with its chain.",
        ) from None
    except ssl.SSLError:
        raise Trouble(
            f"What answers at {relay.place} does not speak TLS.",
            remedy="Correct CONVO_TURN_TLS_PORT, or CONVO_TURN_URLS for a server of your own.",
        ) from None
    except stun.TransactionFailed:
        raise
    except (OSError, stun.TransactionError):  # a timeout is an OSError
        raise _closed(relay) from None


def _context(own: Path | None) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if own is not None and own.is_file():
        context.load_verify_locations(own)
    return context


def _closed(relay: Relay) -> Trouble:
    names = {"TLS": "CONVO_TURN_TLS_PORT"}
    return Trouble(
        f"{relay.place} is closed: no TURN server answers there over {relay.transport}.",
        remedy=f"Let it through the firewall, or correct "
        f"{names.get(relay.transport, 'CONVO_TURN_PORT')} and CONVO_TURN_ADDRESS "
        "(CONVO_TURN_URLS for a server of your own).",
    )


def _refused(relay: Relay, code: int | None) -> Trouble:
    what, remedy = _REFUSED.get(code or 0, (f"refused (error {code})", "Its log says why."))
    return Trouble(f"The TURN server at {relay.place} {what}.", remedy=remedy)


async def _talk(relay: Relay, ends: list[tuple[TurnTransport, _End]]) -> None:
    (one, here), (other, there) = ends
    deadline = asyncio.get_running_loop().time() + PATIENCE
    waiting = {here.heard, there.heard}
    while waiting:
        if asyncio.get_running_loop().time() > deadline:
            raise Trouble(
                f"{relay.host} gives relays, but no packet passes between them: their UDP "
                "ports (49160 to 49199 unless set otherwise) are closed.",
                remedy="Let UDP to them through, and set CONVO_TURN_ADDRESS "
                "(CONVO_TURN_EXTERNAL_IP in containers) to the address people reach.",
            )
        one.sendto(b"from one end", other.get_extra_info("sockname"))
        other.sendto(b"from the other", one.get_extra_info("sockname"))
        done, waiting = await asyncio.wait(
            waiting, timeout=_AGAIN, return_when=asyncio.FIRST_EXCEPTION
        )
        for each in done:
            each.result()
