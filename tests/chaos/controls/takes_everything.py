"""The gateway refuses nothing, however much is asked and however late it is."""

import runpy

from gateway import lateness, places
from gateway.rest import front

NO_END = 1_000_000

places.FEWEST = places.FIRST = places.MOST = NO_END
lateness.TOO_LATE = float("inf")
front.MOST_AT_ONCE = NO_END
runpy.run_module("gateway", run_name="__main__")
