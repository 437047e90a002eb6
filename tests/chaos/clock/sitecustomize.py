"""Sleeps without libfaketime, which misreads the moment until which Python 3.11 sleeps (EINVAL)."""

import threading
import time


def _sleep(seconds: float) -> None:
    threading.Event().wait(seconds)


time.sleep = _sleep
