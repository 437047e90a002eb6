"""How often one person or one address may ask, counted in this process."""

import time
from http import HTTPStatus
from itertools import islice

import limits
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter
from prometheus_client import Counter

from common.addresses import counted
from common.problems import TooMany
from gateway.settings import Settings

REFUSED = Counter("convo_gateway_limited", "Requests over a rate limit.", ["limit"])

_STRICT = {
    ("POST", "/auth/login"): "sign_in",
    ("POST", "/auth/register"): "sign_in",
    ("POST", "/auth/refresh"): "refresh",
}


class TooOften(TooMany):
    """Somebody asked more often than allowed."""

    code = "too-many-requests"

    def __init__(self, limit: int, resets_in: int) -> None:
        super().__init__("Too many requests; please slow down.")
        self.headers = {
            "Retry-After": str(resets_in),
            "RateLimit-Limit": str(limit),
            "RateLimit-Remaining": "0",
            "RateLimit-Reset": str(resets_in),
        }
        assert self.status is HTTPStatus.TOO_MANY_REQUESTS


class Limits:
    """Counts and refuses."""

    def __init__(self, settings: Settings) -> None:
        self._limiter = FixedWindowRateLimiter(Counts())
        self._user = limits.parse(settings.rate_limit_user)
        self._address = limits.parse(settings.rate_limit_address)
        self._strict = {
            "sign_in": limits.parse(settings.rate_limit_sign_in),
            "refresh": limits.parse(settings.rate_limit_refresh),
        }

    def count_address(self, address: str) -> None:
        """Raises `TooOften`."""
        self._count(self._address, "address", counted(address) or address)

    def count_user(self, user_id: str) -> None:
        """Raises `TooOften`."""
        self._count(self._user, "user", user_id)

    def count_attempt(self, method: str, path: str, address: str) -> None:
        """Count what must be rarer than the rest; raises `TooOften`."""
        name = _STRICT.get((method, path))
        if name is not None:
            self._count(self._strict[name], name, counted(address) or address)

    def _count(self, limit: limits.RateLimitItem, name: str, whom: str) -> None:
        if self._limiter.hit(limit, name, whom):
            return
        REFUSED.labels(name).inc()
        window = self._limiter.get_window_stats(limit, name, whom)
        raise TooOften(limit.amount, max(1, round(window.reset_time - time.time())))


class Counts(Storage):
    """Counters that expire.

    The library's own memory store starts a thread every 10 ms to forget; this one
    forgets a few old counters whenever it makes a new one.
    """

    STORAGE_SCHEME = None

    def __init__(self) -> None:
        super().__init__()
        self._counts: dict[str, tuple[int, float]] = {}

    @property
    def base_exceptions(self) -> tuple[type[Exception], ...]:
        return ()

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        count, expires_at = self._counts.get(key, (0, 0.0))
        now = time.time()
        if expires_at <= now:
            self._forget(now)
            count, expires_at = 0, now + expiry
        self._counts[key] = (count + amount, expires_at)
        return count + amount

    def get(self, key: str) -> int:
        count, expires_at = self._counts.get(key, (0, 0.0))
        return count if expires_at > time.time() else 0

    def get_expiry(self, key: str) -> float:
        return self._counts.get(key, (0, time.time()))[1]

    def check(self) -> bool:
        return True

    def reset(self) -> int:
        count = len(self._counts)
        self._counts.clear()
        return count

    def clear(self, key: str) -> None:
        self._counts.pop(key, None)

    def _forget(self, now: float) -> None:
        # The oldest windows stand first; a dictionary keeps the order of insertion.
        for key in list(islice(self._counts, 4)):
            if self._counts[key][1] <= now:
                del self._counts[key]
