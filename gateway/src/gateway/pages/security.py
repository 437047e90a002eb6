"""What browsers are told to allow: security headers and who may call from elsewhere."""

from collections.abc import Sequence
from urllib.parse import urlsplit

Headers = list[tuple[bytes, bytes]]

_PERMISSIONS = "camera=(self), microphone=(self), display-capture=(self)"
_METHODS = "GET, POST, PUT, PATCH, DELETE"
_REQUEST_HEADERS = "Authorization, Content-Type, Idempotency-Key, X-Convo-Refresh, traceparent"
_EXPOSED = "Link, Retry-After, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset"

API_POLICY = "default-src 'none'; frame-ancestors 'none'"
"""Content security policy of answers that are no pages."""


def common_headers(public_url: str) -> Headers:
    """On every answer there is."""
    headers = [
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
        (b"cross-origin-opener-policy", b"same-origin"),
        (b"permissions-policy", _PERMISSIONS.encode()),
    ]
    if public_url.startswith("https:"):
        headers.append((b"strict-transport-security", b"max-age=63072000; includeSubDomains"))
    return headers


class PagePolicy:
    """Content security policy of pages."""

    def __init__(self, origins: Sequence[str], s3_url: str | None) -> None:
        sockets = [origin.replace("http", "ws", 1) for origin in origins]
        store = [_origin(s3_url)] if s3_url else []
        self._images = " ".join(["'self'", "blob:", "data:", *store])
        self._connects = " ".join(["'self'", *sockets, *store])

    def with_nonce(self, nonce: str) -> str:
        """For the client, whose styles are marked with `nonce`."""
        return self._policy(f"'self' 'nonce-{nonce}'")

    def for_api_page(self) -> str:
        """For the page of the API, whose library writes styles into elements."""
        return self._policy("'self' 'unsafe-inline'")

    def _policy(self, styles: str) -> str:
        return "; ".join(
            (
                "default-src 'none'",
                "script-src 'self'",
                f"style-src {styles}",
                "font-src 'self'",
                f"img-src {self._images}",
                "media-src 'self' blob:",
                f"connect-src {self._connects}",
                "worker-src 'self' blob:",
                "manifest-src 'self'",
                "frame-ancestors 'none'",
                "base-uri 'none'",
                "form-action 'self'",
            )
        )


class Cors:
    """Pages of which origins may call: an exact list."""

    def __init__(self, origins: Sequence[str]) -> None:
        self._origins = frozenset(origin.encode() for origin in origins)

    def allows(self, origin: bytes | None) -> bool:
        """Whether a request may come from there; what is no browser names no origin."""
        return origin is None or origin in self._origins

    def headers(self, origin: bytes | None) -> Headers:
        """What lets the page read the answer."""
        if origin is None or origin not in self._origins:
            return [(b"vary", b"Origin")]
        return [
            (b"vary", b"Origin"),
            (b"access-control-allow-origin", origin),
            (b"access-control-allow-credentials", b"true"),
            (b"access-control-expose-headers", _EXPOSED.encode()),
        ]

    def preflight(self, origin: bytes) -> Headers:
        """What a browser asks for before it lets a page of another origin call."""
        return [
            *self.headers(origin),
            (b"access-control-allow-methods", _METHODS.encode()),
            (b"access-control-allow-headers", _REQUEST_HEADERS.encode()),
            (b"access-control-max-age", b"600"),
        ]


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
