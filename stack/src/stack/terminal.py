"""What the person at the terminal sees."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from stack.trouble import Trouble


def _can(text: str) -> bool:
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True


def _coloured(code: str, text: str) -> str:
    return f"\033[{code}m{text}\033[0m" if sys.stdout.isatty() else text


_DONE, _FAILED, _NOTE = ("✓", "✗", "•") if _can("✓✗•") else ("ok", "failed", "-")


def say(text: str = "") -> None:
    print(text, flush=True)


def note(text: str) -> None:
    """Say something that happened in between, with the time of day."""
    say(f"  {_coloured('33', _NOTE)} {time.strftime('%H:%M:%S')} {text}")


def done(what: str, seconds: float) -> None:
    say(f"  {_coloured('32', _DONE)} {what:<34} {seconds:5.1f} s")


def failed(what: str, seconds: float, trouble: Trouble, *, without: str = "") -> None:
    say(f"  {_coloured('31', _FAILED)} {what:<34} {seconds:5.1f} s")
    say(f"      {trouble.sentence} {trouble.remedy}{without}")


@contextmanager
def step(what: str) -> Iterator[None]:
    """Tick `what` off the list when the block ends, with the time it took."""
    begun = time.monotonic()
    try:
        yield
    except Trouble:
        say(f"  {_coloured('31', _FAILED)} {what}")
        raise
    done(what, time.monotonic() - begun)


def complain(trouble: Trouble) -> None:
    print(f"\n{_coloured('31', trouble.sentence)}\n{trouble.remedy}", file=sys.stderr, flush=True)
