import json

import pytest
import structlog

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
