"""`stack status`, `stop`, `restart` and `reset`: what is done to a platform from outside."""

import os
import shutil
import signal
import sys
import time
from collections.abc import Sequence

import psutil

from stack import configuration, control, folder, plan, terminal
from stack.configuration import Configuration
from stack.trouble import Trouble

_LONGEST_STOP = 90.0
_MEGABYTE = 1_000_000


def show() -> bool:
    """Print what runs; False when nothing does."""
    settings = configuration.read()
    pid = folder.holder(settings.data)
    if pid is None:
        terminal.say("ConvoConnect is not running; `make run` starts it.")
        return False
    ready = plan.answers(f"http://127.0.0.1:{settings.port('gateway')}/readyz")
    state = "ready" if ready else "not ready"
    terminal.say(f"ConvoConnect is {state} at {plan.public_url(settings)} (pid {pid})\n")
    terminal.say(f"  {'program':<20} {'pid':>7} {'up':>9} {'memory':>9}  restarts")
    for name, word in folder.noted(settings.data).items():
        terminal.say(f"  {name:<20} {_line(word)}")
    return True


def _line(word: dict[str, float]) -> str:
    up = time.time() - word["started"]
    try:
        memory = f"{psutil.Process(int(word['pid'])).memory_info().rss // _MEGABYTE} MB"
    except psutil.Error:
        memory = "down"
    return f"{word['pid']:>7} {_duration(up):>9} {memory:>9}  {word['restarts']}"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"


def stop() -> None:
    """Stop a platform that was started elsewhere, and wait until it is gone.

    Raises:
        Trouble: It is still there after a minute and a half.
    """
    _stop(configuration.read())


def _stop(settings: Configuration) -> None:
    pid = folder.holder(settings.data)
    if pid is None:
        terminal.say("ConvoConnect is not running.")
        return
    with terminal.step("stopped"):
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + _LONGEST_STOP
        while folder.holder(settings.data) is not None:
            if time.monotonic() > deadline:
                raise Trouble(
                    f"It has not stopped within {_LONGEST_STOP:g} s (pid {pid}).",
                    remedy=f"End it with: kill -9 {pid}",
                )
            time.sleep(0.1)


def restart(names: Sequence[str]) -> None:
    """Have these parts of a running platform replaced, or all; nobody notices.

    Raises:
        Trouble: It is not running, or a part could not be replaced.
    """
    for told in control.ask_restart(configuration.read().data, names):
        terminal.say(told)


def reset(*, sure: bool) -> None:
    """Stop the platform and delete accounts, messages, recordings and secrets.

    What was downloaded stays, so that the next start is quick.

    Raises:
        Trouble: Nobody said yes.
    """
    settings = configuration.read()
    if not sure and not _agrees(settings):
        raise Trouble("Nothing was deleted.", remedy="Answer `yes` to delete it.")
    _stop(settings)
    with folder.locked(settings.data), terminal.step("deleted"):
        for each in ("mongo", "rabbitmq", "objects", "turn", "logs"):
            shutil.rmtree(settings.data / each, ignore_errors=True)
        for each in ("secrets.env", "doctor.json"):
            (settings.data / each).unlink(missing_ok=True)


def _agrees(settings: Configuration) -> bool:
    terminal.say(
        f"This deletes every account, message, recording and secret in {settings.data}.\n"
        "Type yes to go on: "
    )
    return sys.stdin.readline().strip() == "yes"
