"""What of a request's and an answer's headers goes on, and what the gateway says itself."""

from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote

_IN_QUERY = "".join(chr(code) for code in range(0x21, 0x7F))

Raw = Iterable[tuple[bytes, bytes]]

_HOP_BY_HOP = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)
"""They concern one connection only (RFC 9110, 7.6.1)."""

_OURS = frozenset(
    {
        b"content-length",
        b"expect",
        b"forwarded",
        b"host",
        b"traceparent",
        b"tracestate",
        b"x-real-ip",
    }
)
_IDENTITY = (b"x-user-", b"x-convo-", b"x-forwarded-")
"""Only the gateway says who calls and from where; what a client sends is dropped."""
_FROM_CLIENTS = frozenset({b"x-convo-refresh"})


@lru_cache(maxsize=1024)  # names come from clients: bounded
def _goes_on(name: bytes) -> bool:
    if name in _FROM_CLIENTS:
        return True
    # A service may read `_` as `-`.
    return name not in _HOP_BY_HOP | _OURS and not name.replace(b"_", b"-").startswith(_IDENTITY)


@lru_cache(maxsize=1024)
def _comes_back(name: bytes) -> bool:
    return name not in _HOP_BY_HOP and name not in {b"date", b"server"}


def for_service(raw: Raw) -> list[tuple[str, str]]:
    """A client's headers as the service gets them."""
    kept = [(name, value) for name, value in raw if _goes_on(name)]
    named = _named_by_connection(raw)
    return [(text(name), text(value)) for name, value in kept if name not in named]


def for_client(raw: Raw) -> list[tuple[bytes, bytes]]:
    """A service's headers as the client gets them, names in lower case."""
    lowered = [(name.lower(), value) for name, value in raw]
    named = _named_by_connection(lowered)
    return [each for each in lowered if _comes_back(each[0]) and each[0] not in named]


def _named_by_connection(raw: Raw) -> set[bytes]:
    return {
        part.strip().lower()
        for name, value in raw
        if name == b"connection"
        for part in value.split(b",")
    }


def text(value: bytes) -> str:
    """A header as text that is written as the same bytes again, if it is UTF-8 at all."""
    return value.decode(errors="replace")


def query(raw: bytes) -> str:
    """A query as it came, with what is not ASCII percent-encoded."""
    return raw.decode() if raw.isascii() else quote(raw, safe=_IN_QUERY)


def client_address(peer: str, forwarded_for: str, trusted: frozenset[str]) -> str:
    """Who really called: the last address in the chain that is no proxy of ours."""
    if peer not in trusted:
        return peer
    for address in reversed(forwarded_for.split(",")):
        if (named := address.strip()) and named not in trusted:
            return named
    return peer
