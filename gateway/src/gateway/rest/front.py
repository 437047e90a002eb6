"""The door: every request passes here, and most go straight on to a service."""

import time
from collections.abc import Mapping
from functools import lru_cache
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import structlog
from prometheus_client import Counter, Histogram
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from common.health import REQUESTS, SECONDS
from common.problems import Forbidden, Problem
from gateway import tracing
from gateway.pages.security import API_POLICY, Cors, Headers, common_headers
from gateway.places import Overloaded
from gateway.realtime.sockets import Sockets
from gateway.rest import headers as heads
from gateway.rest import routing
from gateway.rest.admission import Admission
from gateway.rest.proxy import ClientGone, Errand, Proxy
from gateway.rest.refusal import refuse
from gateway.settings import Settings

log = structlog.get_logger()

_READING = frozenset({"GET", "HEAD", "OPTIONS"})
MOST_AT_ONCE = 384
"""Requests on their way to services at the same time: more than any one service may hold
up (`places`). The rest is refused at once, which costs a tenth of answering."""
_CLIENT_GONE = 499  # nobody sees it but the metrics; nginx uses the same number
_POLICY = b"content-security-policy"


class AmbiguousToken(Problem):
    status = HTTPStatus.BAD_REQUEST
    code = "ambiguous-token"

    def __init__(self) -> None:
        super().__init__("A request has one Authorization header.")


class ForeignOrigin(Forbidden):
    code = "foreign-origin"

    def __init__(self) -> None:
        super().__init__("Pages of this origin may not call here; see CONVO_ALLOWED_ORIGINS.")


class Front:
    """The ASGI application: what is not passed on goes to `app`, the gateway's own pages.

    Needs `admission`, `proxy` and `sockets` in the lifespan's state. The way to a
    service leaves out every layer of a framework: it is most of the gateway's work.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._cors = Cors(settings.origins)
        self._common = common_headers(settings.public_url)
        self._trusted = frozenset(settings.trusted_proxies)
        self._told_hosts = _told_hosts(settings.origins)
        self._public_host = next(iter(self._told_hosts.values()))
        self._recorded = settings.otlp_endpoint is not None
        self._state: Mapping[str, Any] = {}
        self._passing = 0

    async def drain(self) -> None:
        """Let everybody go before the gateway is stopped."""
        if "sockets" in self._state:
            await self._state["sockets"].drain()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            sockets: Sockets = scope["state"]["sockets"]
            await sockets.serve(scope, receive, send, self._address(scope))
        else:
            self._state = scope.get("state", {})  # the lifespan fills it
            await self._app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        added = [*self._common, *self._cors.headers(headers.get(b"origin"))]
        try:
            self._check_origin(scope["method"], headers)
            if _is_preflight(scope, headers):
                await self._preflight(headers[b"origin"], scope, receive, send)
                return
            target = None if _is_page(scope, headers) else _target(scope)
        except Problem as problem:
            await refuse(problem, scope, receive, _adding(send, added))
            return
        if target is None:
            await self._app(scope, receive, _adding(send, added))
        else:
            await self._pass_on(scope, headers, target, added, receive, send)

    def _check_origin(self, method: str, headers: Mapping[bytes, bytes]) -> None:
        if method not in _READING and not self._cors.allows(headers.get(b"origin")):
            raise ForeignOrigin

    async def _preflight(self, origin: bytes, scope: Scope, receive: Receive, send: Send) -> None:
        if not self._cors.allows(origin):
            raise ForeignOrigin
        added = [*self._common, *self._cors.preflight(origin)]
        await Response(status_code=204)(scope, receive, _adding(send, added))

    async def _pass_on(  # noqa: PLR0913, PLR0917 - one request, taken apart once
        self,
        scope: Scope,
        headers: Mapping[bytes, bytes],
        target: routing.Target,
        added: Headers,
        receive: Receive,
        send: Send,
    ) -> None:
        started = time.perf_counter()
        state = scope["state"]
        admission: Admission = state["admission"]
        proxy: Proxy = state["proxy"]
        address = self._address(scope)
        given = headers.get(b"traceparent", b"")
        self._passing += 1
        is_shed = False
        with tracing.hop(scope["method"], given, recorded=self._recorded) as trace:
            try:
                if self._passing > MOST_AT_ONCE:
                    raise Overloaded
                await admission.admit(
                    scope["method"], target.path, address, _authorization(scope["headers"])
                )
                errand = self._errand(scope, headers, target, address)
                errand.headers.extend(trace.items())
                errand.added.extend((*added, (_POLICY, API_POLICY.encode())))
                status = await proxy.pass_on(errand, receive, send)
            except Problem as problem:
                status, is_shed = problem.status, isinstance(problem, Overloaded)
                await refuse(problem, scope, receive, _adding(send, added), trace)
            except ClientGone:
                status = _CLIENT_GONE
            finally:
                self._passing -= 1
        _count(target.service, status, time.perf_counter() - started, is_shed=is_shed)

    def _errand(
        self,
        scope: Scope,
        headers: Mapping[bytes, bytes],
        target: routing.Target,
        address: str,
    ) -> Errand:
        kind = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
        length = None if b"transfer-encoding" in headers else headers.get(b"content-length", b"0")
        passed = heads.for_service(scope["headers"])
        passed.append(("X-Convo-Client-Address", address))
        passed.extend(self._told_hosts.get(headers.get(b"host", b""), self._public_host))
        is_json = not kind or kind.endswith(b"json")
        if length not in {None, b"0"} and not is_json:
            passed.append(("Content-Length", length.decode()))
        return Errand(
            method=scope["method"],
            target=target,
            query=scope["query_string"],
            headers=passed,
            is_json=is_json,
            length=None if length is None else int(length),
            # auth knows nobody yet whose key it could be, so it keeps none.
            has_key=b"idempotency-key" in headers and target.service != "auth",
        )

    def _address(self, scope: Scope) -> str:
        peer = (scope.get("client") or ("unknown",))[0]
        if peer not in self._trusted:
            return str(peer)
        forwarded = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
        return heads.client_address(peer, heads.text(b",".join(forwarded)), self._trusted)


def _authorization(headers: Headers) -> bytes:
    """Raises `AmbiguousToken`: a service might read another one than was judged here."""
    given = [value for name, value in headers if name == b"authorization"]
    if len(given) > 1:
        raise AmbiguousToken
    return given[0] if given else b""


def _told_hosts(origins: tuple[str, ...]) -> dict[bytes, tuple[tuple[str, str], ...]]:
    """What services hear of the address the client used: only what the operator named."""
    parts = [urlsplit(origin) for origin in origins]
    return {
        part.netloc.encode(): (
            ("X-Forwarded-Proto", part.scheme),
            ("X-Forwarded-Host", part.netloc),
        )
        for part in parts
    }


def _is_preflight(scope: Scope, headers: Mapping[bytes, bytes]) -> bool:
    asked = b"access-control-request-method"
    return scope["method"] == "OPTIONS" and b"origin" in headers and asked in headers


def _is_page(scope: Scope, headers: Mapping[bytes, bytes]) -> bool:
    """A browser that opens an address outside `/api` wants a page, even if it is an alias too."""
    return (
        scope["method"] in _READING
        and not scope["path"].startswith(routing.API)
        and b"text/html" in headers.get(b"accept", b"")
    )


def _target(scope: Scope) -> routing.Target | None:
    return routing.resolve(scope["method"], scope["path"])


def _adding(send: Send, added: Headers) -> Send:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            given = list(message["headers"])
            if not any(name == _POLICY for name, _ in given):
                given.append((_POLICY, API_POLICY.encode()))
            message = {**message, "headers": given + added}
        await send(message)

    return sent


@lru_cache(maxsize=256)
def _metrics(service: str, status: int) -> tuple[Counter, Histogram]:
    route = f"{service}/*"
    return REQUESTS.labels("gateway", route, status), SECONDS.labels("gateway", route)


def _count(service: str, status: int, seconds: float, *, is_shed: bool) -> None:
    # No log line: the service writes one, with the same trace id.
    requests, durations = _metrics(service, int(status))
    requests.inc()
    durations.observe(seconds)
    # What is shed no service has failed at, and a line for each would cost more than it.
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR and not is_shed:
        log.warning("service failed", to=service, status=int(status))
