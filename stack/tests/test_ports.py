"""Ports, and what is said when somebody else has them."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from stack import ports
from stack.configuration import Configuration
from stack.plan import claims
from stack.trouble import Trouble


@pytest.fixture(name="taken")
def _taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_taken_port_is_named_with_its_holder_and_the_setting_that_moves_us(taken: int) -> None:
    with pytest.raises(Trouble) as refused:
        ports.check(taken, setting="CONVO_CHAT_PORT", wanted_by="chat")

    said = str(refused.value)
    assert f"Port {taken}, which chat needs, is in use" in said
    assert f"pid {os.getpid()}" in said
    assert "CONVO_CHAT_PORT=<port>" in said


def test_a_free_port_is_no_trouble() -> None:
    [port] = ports.free_ports(1)

    ports.check(port, setting="CONVO_CHAT_PORT", wanted_by="chat")


def test_a_taken_udp_port_is_seen() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as holder:
        holder.bind(("127.0.0.1", 0))
        port = holder.getsockname()[1]

        assert ports.is_taken(port, udp=True)


def test_free_ports_are_different() -> None:
    assert len(set(ports.free_ports(20))) == 20


def test_free_ports_are_none_that_an_outgoing_connection_may_take() -> None:
    given = Path("/proc/sys/net/ipv4/ip_local_port_range")
    first, last = map(int, given.read_text().split()) if given.exists() else (32_768, 60_999)

    assert [port for port in ports.free_ports(50) if first <= port <= last] == []


def test_ports_in_a_row_leave_out_those_that_are_taken() -> None:
    first = ports.free_range(4)
    with socket.create_server(("127.0.0.1", first + 5)):
        following = ports.free_range(4)

    assert following > first + 5 or following < first


def test_every_port_of_the_platform_is_claimed_once() -> None:
    wanted = claims(Configuration({}))

    places = [(each.port, each.udp) for each in wanted]
    assert len(places) == len(set(places))
    assert {8080, 8107, 27117, 5682, 8333, 8336, 3478} <= {each.port for each in wanted}


def test_an_external_server_claims_no_port() -> None:
    wanted = claims(Configuration({"CONVO_MONGO_URL": "mongodb://db.example/"}))

    assert 27117 not in {each.port for each in wanted}


@pytest.mark.parametrize("value", ["eighty", "0", "65536", "-1"])
def test_a_setting_that_is_no_port_is_refused_by_name(value: str) -> None:
    with pytest.raises(Trouble, match="CONVO_CHAT_PORT"):
        claims(Configuration({"CONVO_CHAT_PORT": value}))
