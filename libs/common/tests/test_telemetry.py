import json

import pytest
import structlog
from opentelemetry.trace import SpanKind

from common import telemetry


def test_a_logged_failure_tells_where_and_keeps_what_it_held_to_itself(
    capsys: pytest.CaptureFixture[str],
) -> None:
    token = "secret".title()
    telemetry.configure("test")

    try:
        {}[len(token)]
    except KeyError:
        structlog.get_logger().exception("request failed")
    finally:
        structlog.reset_defaults()
        structlog.contextvars.clear_contextvars()

    line = capsys.readouterr().out
    (failure,) = json.loads(line)["exception"]
    assert failure["exc_type"] == "KeyError"
    assert failure["frames"][0]["filename"] == __file__
    assert token not in line


GIVEN = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.mark.parametrize("more", [{}, {"tracestate": "vendor=1"}], ids=["plain", "with state"])
def test_a_trace_goes_on_and_is_carried_along(more: dict[str, str]) -> None:
    with telemetry.span("work", {"traceparent": GIVEN, **more}, SpanKind.SERVER) as number:
        carried = telemetry.carried()

    assert number == GIVEN[3:35]
    assert carried == {"traceparent": GIVEN, **more}
    assert telemetry.carried() == {}


@pytest.mark.parametrize(
    "given", ["", "nonsense", GIVEN.replace("0af7651916cd43dd8448eb211c80319c", "0" * 32)]
)
def test_without_a_good_trace_a_new_one_begins(given: str) -> None:
    with telemetry.span("work", {"traceparent": given}, SpanKind.SERVER) as number:
        inside, carried = telemetry.trace_id(), telemetry.carried()["traceparent"]

    assert inside == number
    assert carried.split("-")[1] == number
    assert int(number, 16) > 0


def test_a_span_inside_another_belongs_to_its_own_trace() -> None:
    with telemetry.span("outer", {"traceparent": GIVEN}, SpanKind.SERVER):
        with telemetry.span("inner", {}, SpanKind.SERVER) as inner:
            assert telemetry.trace_id() == inner
        assert telemetry.trace_id() == GIVEN[3:35]

    assert inner != GIVEN[3:35]
