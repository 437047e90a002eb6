"""Which service an address belongs to: two tables, and nothing but tables."""

import re
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote

from common.problems import NotFound, Problem

API = "/api/"

PREFIXES = {
    "auth": "auth",
    "user": "auth",
    "users": "auth",
    "rooms": "rooms",
    "chat": "chat",
    "notifications": "notify",
    "media": "media",
    "signaling": "signaling",
    "analytics": "analytics",
}
"""What stands after `/api/`, and the service that owns it under the same name."""


@dataclass(frozen=True, slots=True)
class Alias:
    """A second name for an address; at most its last part is a `{parameter}`."""

    method: str
    path: str
    canonical: str


ALIASES = (
    Alias("POST", "/api/auth/signup", "/api/auth/register"),
    Alias("POST", "/auth/register", "/api/auth/register"),
    Alias("POST", "/auth/login", "/api/auth/login"),
    Alias("GET", "/api/auth/profile", "/api/user/profile"),
    Alias("GET", "/user/profile", "/api/user/profile"),
    Alias("POST", "/api/meetings", "/api/rooms"),
    Alias("POST", "/api/meetings/create", "/api/rooms"),
    Alias("POST", "/meetings", "/api/rooms"),
    Alias("GET", "/api/rooms/list", "/api/rooms"),
    Alias("GET", "/api/meetings/{roomId}", "/api/rooms/{roomId}"),
    Alias("GET", "/meetings/{roomId}", "/api/rooms/{roomId}"),
    Alias("POST", "/api/rooms/join/{roomId}", "/api/rooms/{roomId}/join"),
    Alias("POST", "/api/rooms/leave/{roomId}", "/api/rooms/{roomId}/leave"),
    Alias("POST", "/api/messages/send", "/api/chat/message"),
    Alias("POST", "/chat/message", "/api/chat/message"),
    Alias("GET", "/api/messages/{roomId}", "/api/chat/messages/{roomId}"),
    Alias("GET", "/chat/messages/{roomId}", "/api/chat/messages/{roomId}"),
)

OWN = frozenset({"/api/docs", "/api/openapi.json", "/api/asyncapi.json"})
"""What the gateway itself answers under `/api`."""

# The rest of what is internal (`/commands`, `/healthz` …) has no prefix, so no address here.
_INTERNAL = re.compile(r"/rooms/[^/]+/access(/.*)?")
_SAFE = "/:@!$&'()*+,;=~-._"  # what a path may hold as it is (RFC 3986, 3.3)


class NoSuchAddress(NotFound):
    code = "no-such-address"

    def __init__(self) -> None:
        super().__init__("There is nothing at this address.")


class MethodNotAllowed(Problem):
    status = HTTPStatus.METHOD_NOT_ALLOWED
    code = "method-not-allowed"

    def __init__(self, allowed: str) -> None:
        super().__init__(f"Only {allowed} is possible at this address.")
        self.allowed = allowed


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes: a service, and the path there, percent-encoded."""

    service: str
    path: str


_PARAMETER = "{roomId}"

_EXACT: dict[str, dict[str, str]] = {}
_BY_HEAD: dict[str, dict[str, str]] = {}
for _alias in ALIASES:
    _head, _, _last = _alias.path.rpartition("/")
    _table, _key = (_BY_HEAD, _head) if _last == _PARAMETER else (_EXACT, _alias.path)
    _table.setdefault(_key, {})[_alias.method] = _alias.canonical


def resolve(method: str, path: str) -> Target | None:
    """Where a request to the decoded `path` goes; None when the gateway answers itself.

    Raises:
        NoSuchAddress: Nobody answers there, or it is not for the outside.
        MethodNotAllowed: It is an alias, and not for this method.
    """
    canonical = _canonical(method, path)
    if canonical is None:
        if not path.startswith(API) or path in OWN:
            return None
        canonical = path
    inside = canonical[len(API) - 1 :].rstrip("/")
    service = PREFIXES.get(inside.split("/", 2)[1] if inside else "")
    if service is None or _INTERNAL.fullmatch(inside) or not _is_plain(inside):
        raise NoSuchAddress
    # Encoded again from what was decoded: the service reads what was judged here.
    return Target(service, quote(inside, safe=_SAFE))


def _canonical(method: str, path: str) -> str | None:
    """The address an alias stands for; None when it is none."""
    head, _, last = path.rpartition("/")
    methods = _EXACT.get(path) or (_BY_HEAD.get(head) if last else None)
    if methods is None:
        return None
    canonical = methods.get("GET" if method == "HEAD" else method)
    if canonical is None:
        raise MethodNotAllowed(", ".join(methods))
    return canonical.replace(_PARAMETER, last)


def _is_plain(path: str) -> bool:
    """No empty, dotted or unprintable parts, which others might read as another path."""
    parts = path.split("/")[1:]
    return path.isprintable() and "\\" not in path and not {"", ".", ".."} & set(parts)
