"""The pure parts of the REST side, the settings, and the program as it is started."""

import asyncio
import json
import os
import signal
import sys
import time
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from common.problems import Problem
from common.testing import eventually
from gateway import tracing
from gateway.pages.security import Cors, PagePolicy, common_headers
from gateway.realtime import protocol
from gateway.realtime.commands import TO
from gateway.rest import headers
from gateway.rest.limits import Counts
from gateway.rest.proxy import WAITS, Errand, waits
from gateway.rest.routing import ALIASES, PREFIXES, Target, resolve
from gateway.revocations import Revocations
from gateway.settings import Settings

from .people import dialled
from .servers import SERVICES, Platform, free_port, told


@given(st.sampled_from(["GET", "POST", "DELETE"]), st.text(max_size=60))
@example("GET", "/api/rooms/a/access/b")
@example("GET", "/api/rooms/%61/access")
@example("GET", "/api//rooms")
@example("GET", "/api")
@example("GET", "/api/\ud800")
def test_no_address_leads_to_what_is_internal(method: str, path: str) -> None:
    for asked in (path, f"/api{path}", f"/api/rooms/{path}"):
        try:
            target = resolve(method, asked)
        except Problem:
            continue
        except UnicodeEncodeError:
            pytest.fail("a path that cannot be written")
        if target is not None:
            parts = unquote(target.path).split("/")
            assert parts[0] == ""
            assert parts[1] in PREFIXES
            assert parts[3:4] != ["access"] or parts[1] != "rooms"
            assert not {"", ".", ".."} & set(parts[1:])


def test_every_alias_and_every_prefix_leads_to_a_service_there_is() -> None:
    assert set(PREFIXES.values()) == set(SERVICES)
    assert {service for services in TO.values() for service in services} <= set(SERVICES)
    for alias in ALIASES:
        target = resolve(alias.method, alias.path.replace("{roomId}", "x"))
        assert target == resolve(alias.method, alias.canonical.replace("{roomId}", "x"))
        assert target is not None


def test_a_path_is_written_anew_from_what_was_judged() -> None:
    assert resolve("GET", "/api/rooms/a b/é?") == Target("rooms", "/rooms/a%20b/%C3%A9%3F")
    assert resolve("GET", "/api/docs") is None
    assert resolve("GET", "/rooms/x") is None


@given(st.text() | st.binary().map(lambda raw: raw.decode(errors="surrogateescape")))
def test_any_text_is_a_frame_or_malformed(text: str) -> None:
    try:
        frame = protocol.read(text)
    except protocol.Malformed:
        return
    assert isinstance(frame.data, dict)


@pytest.mark.parametrize(
    ("peer", "chain", "expected"),
    [
        ("1.1.1.1", "9.9.9.9", "1.1.1.1"),
        ("10.0.0.1", "9.9.9.9", "9.9.9.9"),
        ("10.0.0.1", "8.8.8.8, 9.9.9.9, 10.0.0.2", "9.9.9.9"),
        ("10.0.0.1", "10.0.0.2", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "9.9.9.9, ", "9.9.9.9"),
    ],
)
def test_the_client_is_the_last_who_is_no_proxy_of_ours(
    peer: str, chain: str, expected: str
) -> None:
    trusted = frozenset({"10.0.0.1", "10.0.0.2"})

    assert headers.client_address(peer, chain, trusted) == expected


def test_a_query_that_is_not_ascii_is_encoded_and_nothing_else_changes() -> None:
    assert headers.query(b"a=%20&b=c+d&e={}") == "a=%20&b=c+d&e={}"
    assert headers.query("q=é&a=%41".encode()) == "q=%C3%A9&a=%41"


def test_what_no_answer_of_a_service_passes_on() -> None:
    told_ = [(b"Keep-Alive", b"5"), (b"Connection", b"X-Own"), (b"X-Own", b"1"), (b"ETag", b"1")]

    assert headers.for_client(told_) == [(b"etag", b"1")]


def errand(method: str, **more: Any) -> Errand:
    fields: dict[str, Any] = {"query": b"", "headers": [], "is_json": True, "length": 0, **more}
    return Errand(method=method, target=Target("rooms", "/rooms"), **fields)


def test_only_what_may_be_repeated_is_tried_again() -> None:
    assert waits(errand("GET")) == waits(errand("HEAD")) == WAITS
    assert waits(errand("POST", has_key=True)) == WAITS
    assert waits(errand("DELETE")) == waits(errand("PUT")) == WAITS[:1]
    assert waits(errand("POST")) == waits(errand("PATCH")) == ()
    assert waits(errand("GET", is_json=False, length=None)) == ()
    assert 4.5 <= sum(WAITS) <= 5


def test_counters_expire_and_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(time, "time", lambda: now)
    counts = Counts()

    assert [counts.incr("a", 60), counts.incr("a", 60), counts.incr("b", 60)] == [1, 2, 1]
    assert (counts.get("a"), counts.get_expiry("a")) == (2, 1060.0)
    now = 1061.0
    assert counts.get("a") == 0
    assert counts.incr("c", 60) == 1
    assert counts.reset() == 1, "the old ones are gone"
    counts.incr("d", 60)
    counts.clear("d")
    assert counts.get("d") == 0
    assert counts.check()


def test_a_trace_is_continued_only_if_it_is_one() -> None:
    trace, span = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"

    continued = tracing.continued(f"00-{trace}-{span}-00".encode())["traceparent"].split("-")
    assert continued[1] == trace
    assert continued[2] != span
    assert continued[3] == "00"
    for bad in (b"", b"nonsense", f"00-{'0' * 32}-{span}-01".encode(), b"x" * 5000):
        begun = tracing.continued(bad)["traceparent"]
        assert len(begun) == 55
        assert trace not in begun


def test_where_spans_are_recorded_the_trace_goes_on_too() -> None:
    trace = "0af7651916cd43dd8448eb211c80319c"

    for given_, same in ((f"00-{trace}-b7ad6b7169203331-01".encode(), True), (b"", False)):
        with tracing.hop("GET", given_, recorded=True) as carried:
            assert (carried["traceparent"].split("-")[1] == trace) is same


def test_only_over_https_are_browsers_told_to_stay_there() -> None:
    names = [name for name, _ in common_headers("http://localhost:8080")]

    assert b"strict-transport-security" not in names
    assert common_headers("https://meet.test")[-1][0] == b"strict-transport-security"


def test_without_a_store_pages_reach_only_their_own_server() -> None:
    policy = PagePolicy(["http://localhost:8080"], None).with_nonce("n")

    assert "connect-src 'self' ws://localhost:8080;" in policy
    assert "img-src 'self' blob: data:;" in policy


def test_a_program_that_names_no_origin_may_call() -> None:
    cors = Cors(["https://meet.test"])

    assert cors.allows(None)
    assert not cors.allows(b"https://meet.test:444")


def settings(**more: Any) -> Settings:
    return Settings(amqp_url="amqp://x", jwks_url="http://x", **more)


def test_the_public_address_may_always_call() -> None:
    assert settings().origins == ("http://localhost:8080", "http://127.0.0.1:8080")
    assert settings(public_url="https://meet.test/").origins == ("https://meet.test",)
    both = settings(
        public_url="https://meet.test", allowed_origins="https://a.test, ,https://b.test"
    )
    assert both.origins == ("https://meet.test", "https://a.test", "https://b.test")
    assert settings(allowed_origins="").trusted_proxies == ()


@pytest.mark.parametrize(
    "bad", [{"rate_limit_user": "often"}, {"rooms_url": "rooms:8102"}, {"public_url": ""}]
)
def test_a_setting_that_makes_no_sense_is_refused(bad: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        settings(**bad)


async def test_the_program_serves_and_says_goodbye(
    platform: Platform, jwks_url: str, amqp_url: str, ada: str
) -> None:
    port = free_port()
    env = {
        **os.environ,
        "CONVO_GATEWAY_PORT": str(port),
        "CONVO_AMQP_URL": amqp_url,
        "CONVO_JWKS_URL": jwks_url,
        **{f"CONVO_{name.upper()}": url for name, url in platform.addresses().items()},
    }
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "gateway", env=env)
    url = f"http://127.0.0.1:{port}"

    async with httpx.AsyncClient(base_url=url) as http:

        async def ready() -> bool:
            try:
                answer = await http.get("/readyz")
            except httpx.TransportError:
                return False
            return bool(answer.json()["checks"]["rabbitmq"])

        await eventually(ready, within=20, every=0.1)
        passed_on = await http.get("/api/rooms")
    async with dialled(url) as ws:
        await ws.send(json.dumps({"id": 1, "type": "connect", "data": {"token": ada}}))
        await ws.recv()
        process.send_signal(signal.SIGTERM)
        await ws.wait_closed()
    async with asyncio.timeout(15):
        code = await process.wait()

    assert passed_on.status_code == 200
    assert ws.close_code == 4503
    assert code in {0, -signal.SIGTERM}


async def test_a_missing_setting_ends_the_program_in_one_sentence() -> None:
    env = {name: value for name, value in os.environ.items() if not name.startswith("CONVO_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gateway", env=env, stderr=asyncio.subprocess.PIPE
    )
    _, errors = await process.communicate()

    assert process.returncode == 2
    assert errors.decode().splitlines() == [
        "CONVO_AMQP_URL: Field required",
        "CONVO_JWKS_URL: Field required",
    ]


def test_services_are_told_apart(platform: Platform) -> None:
    addresses = told(platform, "http://x", "amqp://x").services

    assert tuple(addresses) == SERVICES
    assert len(set(addresses.values())) == 7


def test_sessions_that_ended_long_ago_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[str] = []
    revocations = Revocations(ended.append)
    revocations.add("s1")
    monkeypatch.setattr("gateway.revocations.KEPT", -1.0)

    revocations.add("s1")

    revocations.check("s1")
    assert ended == ["s1"]
