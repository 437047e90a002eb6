"""Where our worker spends its time, for whoever makes it faster."""

import pstats
import sys
from io import StringIO
from pathlib import Path

_SHOWN = 40


def command(target: Path | None) -> tuple[str, ...]:
    """What runs the worker so that a profile of the last run is kept; it makes it slower."""
    return (sys.executable, "-m", "cProfile", "-o", str(target.absolute())) if target else ()


def told(target: Path | None) -> str:
    """The functions that took most themselves."""
    if target is None:
        return ""
    text = StringIO()
    pstats.Stats(str(target), stream=text).sort_stats("tottime").print_stats(_SHOWN)
    return text.getvalue()
