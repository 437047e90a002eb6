"""How long a next try to sign in has to wait: longer each time, never for ever."""

import math
from datetime import timedelta

from common.problems import TooMany

FORGIVEN = timedelta(hours=1)
"""After so long without a try all is forgotten."""

ACCOUNT_WAITS = (0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60)
"""Seconds to wait after so many failed tries at one account; the last for any more."""

ADDRESS_WAITS = (*[0] * 50, 1, 2, 4, 8, 16, 32, 60)
"""The same for tries from one address: many people may share it."""


class TooManyTries(TooMany):
    code = "too-many-tries"

    def __init__(self, wait: float) -> None:
        """`wait` is seconds."""
        super().__init__("Too many tries to log in; please wait a moment.")
        self.retry_after = max(1, math.ceil(wait))
