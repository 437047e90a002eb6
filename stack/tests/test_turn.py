"""The relay over UDP, TCP and TLS, IPv4 and IPv6: who may use it, and to reach whom."""

import asyncio
import base64
import hmac
import ipaddress
import secrets
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from aioice import stun
from aioice.turn import create_turn_endpoint

from stack import plan, ports
from stack.configuration import Configuration
from stack.doctor import relays
from stack.doctor.paths import Relay
from stack.servers import certificate, server, turn
from stack.servers.turn import Wanted
from stack.trouble import Trouble

SECRET = secrets.token_hex()
INNER = ("10.0.0.7", "169.254.169.254", "192.168.1.1", "127.0.0.1", "172.16.0.1")

needs_coturn = pytest.mark.skipif(
    not shutil.which("turnserver", path="/usr/bin:/usr/sbin"), reason="coturn is not installed"
)


def wanted(folder: Path, *addresses: str) -> Wanted:
    own = certificate.self_signed(folder, ["localhost", "127.0.0.1", "::1"])
    plain, tls = ports.free_ports(2)
    return Wanted(addresses or ["127.0.0.1"], (plain, tls), SECRET, own)


def signed(username: str, secret: str = SECRET) -> str:
    return base64.b64encode(hmac.digest(secret.encode(), username.encode(), "sha1")).decode()


def relay(its: Wanted, transport: str, host: str = "127.0.0.1", *, lasts: int = 600) -> Relay:
    username = f"{int(time.time()) + lasts}:ada"
    port = its.ports[1] if transport == "TLS" else its.ports[0]
    return Relay(transport, host, port, username, signed(username))


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wanted]:
    folder = tmp_path_factory.mktemp("turn")
    its = wanted(folder)
    with server.running(turn.prepare(folder, its), logs=folder):
        yield its


ALL = [(t, h) for h in ("127.0.0.1", "::1") for t in ("UDP", "TCP", "TLS")]


@needs_coturn
@pytest.mark.parametrize(("transport", "host"), ALL)
async def test_packets_pass_over_every_way(trial: Wanted, transport: str, host: str) -> None:
    if host not in turn.heard(trial.addresses):
        pytest.skip("this machine has no IPv6")

    await relays.call(relay(trial, transport, host), trial.certificate.path)


@needs_coturn
@pytest.mark.parametrize("transport", ["UDP", "TCP", "TLS"])
async def test_wrong_and_expired_credentials_get_no_relay(trial: Wanted, transport: str) -> None:
    good = relay(trial, transport)
    wrong = replace(good, credential=signed(good.username, "another secret"))
    expired = relay(trial, transport, lasts=-60)

    for each in (wrong, expired):
        with pytest.raises(Trouble, match="does not accept the platform's credentials"):
            await relays.call(each, trial.certificate.path)


@needs_coturn
async def test_a_certificate_that_nobody_signed_is_believed_only_where_it_is_known(
    trial: Wanted,
) -> None:
    with pytest.raises(Trouble, match=r"certificate at TCP port .* is not believed"):
        await relays.call(relay(trial, "TLS"))


@pytest.mark.parametrize(("transport", "protocol"), [("TCP", "TCP"), ("TLS", "TCP")])
async def test_a_closed_port_is_named(tmp_path: Path, transport: str, protocol: str) -> None:
    nobody = relay(wanted(tmp_path), transport)

    with pytest.raises(Trouble) as told:
        await relays.call(nobody)

    assert told.value.sentence.startswith(f"{protocol} port {nobody.port} of 127.0.0.1 is closed")
    assert "CONVO_TURN" in told.value.remedy


async def test_a_silent_udp_port_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relays, "PATIENCE", 0.2)
    nobody = relay(wanted(tmp_path), "UDP")

    with pytest.raises(Trouble, match=f"UDP port {nobody.port} of 127.0.0.1 is closed"):
        await relays.call(nobody)


@needs_coturn
async def test_its_secret_is_in_no_command_line(trial: Wanted) -> None:
    every = [" ".join(each.cmdline()) for each in psutil.Process().children(recursive=True)]
    folder = trial.certificate.path.parent

    assert not any(SECRET in line for line in every)
    assert (folder / "turnserver.conf").stat().st_mode & 0o077 == 0
    assert trial.certificate.key.stat().st_mode & 0o077 == 0


def own_address() -> str:
    """An address of this machine on which a relay is as closed as in production."""
    found = {
        each.address
        for card in psutil.net_if_addrs().values()
        for each in card
        if each.family.name == "AF_INET" and not ipaddress.ip_address(each.address).is_loopback
    }
    if not found:
        pytest.skip("this machine has only its loopback addresses")
    return min(found)


class Ear(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.refused: asyncio.Future[Exception] = asyncio.get_running_loop().create_future()
        self.gone = asyncio.Event()

    def error_received(self, exc: Exception) -> None:
        if not self.refused.done():
            self.refused.set_result(exc)

    def connection_lost(self, exc: Exception | None) -> None:
        self.gone.set()


@needs_coturn
async def test_a_relay_for_others_carries_calls_but_reaches_nothing_inside(tmp_path: Path) -> None:
    host = own_address()
    its = wanted(tmp_path, host)
    with server.running(turn.prepare(tmp_path, its), logs=tmp_path):
        good = relay(its, "TCP", host)
        await relays.call(good)
        for inner in INNER:
            transport, ear = await create_turn_endpoint(
                Ear, (host, good.port), good.username, good.credential, transport="tcp"
            )
            transport.sendto(b"who are you?", (inner, 80))
            async with asyncio.timeout(30):
                refused = await ear.refused
            transport.close()
            await ear.gone.wait()
            assert isinstance(refused, stun.TransactionFailed), inner
            assert refused.response.attributes["ERROR-CODE"][0] == 403, inner


def config(tmp_path: Path, *addresses: str, media: tuple[str, ...] = ()) -> list[str]:
    its = replace(wanted(tmp_path, *addresses), media=media)
    return turn._config(tmp_path, its).splitlines()


def test_a_relay_for_others_may_reach_itself_and_the_workers_alone(tmp_path: Path) -> None:
    inner = ("10.0.0.9", "127.0.0.1", "169.254.169.254", "0.0.0.0")

    lines = config(tmp_path, "10.0.0.8", "2001:db8::8", media=inner)

    assert "allow-loopback-peers" not in lines
    assert [each for each in lines if each.startswith("allowed-peer-ip=")] == [
        "allowed-peer-ip=10.0.0.8",
        "allowed-peer-ip=10.0.0.9",
        "allowed-peer-ip=2001:db8::8",
    ]
    assert "denied-peer-ip=169.254.0.0-169.254.255.255" in lines
    assert "no-tcp-relay" in lines
    assert "user-quota=12" in lines
    assert "listening-ip=2001:db8::8" in lines


def test_turns_is_announced_only_with_a_certificate_that_browsers_may_believe(
    tmp_path: Path,
) -> None:
    its = Wanted(["192.0.2.7", "2001:db8::7"], (3478, 443), SECRET, wanted(tmp_path).certificate)
    plain = [
        "turn:192.0.2.7:3478?transport=udp",
        "turn:192.0.2.7:3478?transport=tcp",
        "turn:[2001:db8::7]:3478?transport=udp",
        "turn:[2001:db8::7]:3478?transport=tcp",
    ]
    believed = replace(its.certificate, trusted=True)

    assert turn._urls(its) == plain
    assert turn._urls(replace(its, certificate=believed, host="meet.example.org")) == [
        *plain,
        "turns:meet.example.org:443?transport=tcp",
    ]


def test_an_address_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="CONVO_TURN_ADDRESS names 'here'"):
        config(tmp_path, "here")


def test_a_certificate_is_kept_until_it_is_to_be_for_another_name(tmp_path: Path) -> None:
    first = certificate.self_signed(tmp_path, ["localhost", "::1"]).path.read_bytes()

    assert certificate.self_signed(tmp_path, ["localhost"]).path.read_bytes() == first
    assert certificate.self_signed(tmp_path, ["meet.example"]).path.read_bytes() != first


def test_half_a_certificate_and_one_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="CONVO_TURN_KEY is not set"):
        certificate.given(str(tmp_path), None)
    with pytest.raises(Trouble, match=r"CONVO_TURN_CERTIFICATE names .*, which cannot be read"):
        certificate.given(str(tmp_path / "cert.pem"), str(tmp_path / "key.pem"))
    assert certificate.given(None, None) is None


def test_the_port_for_tls_is_claimed_only_for_a_relay_of_our_own() -> None:
    named = "CONVO_TURN_TLS_PORT"

    assert named in {each.setting for each in plan.claims(Configuration({}))}
    theirs = Configuration({"CONVO_TURN_URLS": "turn:turn.example"})
    assert named not in {each.setting for each in plan.claims(theirs)}
