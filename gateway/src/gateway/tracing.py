"""The trace of a request that is only passed on, without what a recorded span costs.

`common.telemetry.span` takes a sixth of the gateway's time for such a request; the
headers it would make are all that is needed while no spans are exported.
"""

import random
import re
from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry.trace import SpanKind

from common import telemetry

# W3C Trace Context, 3.2; zeros alone are no id.
_GIVEN = re.compile(rb"[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})")


def continued(given: bytes) -> dict[str, str]:
    """Headers for the next hop: the trace `given` goes on, or a new one begins."""
    known = _GIVEN.fullmatch(given)
    # Not secrets: ids only tell log lines apart.
    span = random.getrandbits(64) or 1
    if known is None:
        return {"traceparent": f"00-{random.getrandbits(128) or 1:032x}-{span:016x}-01"}
    trace, flags = known.groups()
    return {"traceparent": f"00-{trace.decode()}-{span:016x}-{flags.decode()}"}


@contextmanager
def hop(name: str, given: bytes, *, recorded: bool) -> Iterator[dict[str, str]]:
    """What to send along on the way to a service; a span where spans are recorded."""
    if not recorded:
        yield continued(given)
        return
    carrier = {"traceparent": given.decode("latin-1")} if given else {}
    with telemetry.span(name, carrier, SpanKind.SERVER):
        yield telemetry.carried()
