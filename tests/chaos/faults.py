"""Faults as data: written as text, and drawn by a seed, so that a run can be repeated."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from typing import get_args

from tests.chaos.proxy import Trouble

FORMS = """\
kill9:<process>                  SIGKILL
term:<process>                   SIGTERM; it is started again
stop:<process>:<seconds>         SIGSTOP, then SIGCONT
clock:<process>:<±s>[:<seconds>] moves its clock, for 20 s
net:<link>:<trouble>[=<amount>][:<seconds>]
                                 latency=<s>, jitter=<s>, rate=<bytes/s>, slice=<bytes>,
                                 forget=<share>, blackhole, mute, reset or halfclose, for 5 s
calm:<seconds>                   nothing
rabbit:<what>[:<seconds>]        stop_app, disk_alarm or mem_alarm, for 10 s; wipe
<process> is `any`, a service (`chat`) or one of its replicas (`chat-2`), `mongo` or
`rabbitmq`; <link> is `any` or a pattern of `from/to`: `chat-1/mongo`, `*/rabbitmq`,
`gateway-*/chat-1`, `client/gateway-2`. Where several fit the seed picks one."""

_RABBIT = ("stop_app", "disk_alarm", "mem_alarm", "wipe")


class NotAFault(ValueError):  # noqa: N818 - the text is what is wrong
    """A text that describes no fault."""

    def __init__(self, text: str) -> None:
        super().__init__(f"{text!r} is no fault. There are:\n{FORMS}")


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is done to one process or one link."""

    kind: str
    target: str
    what: str = ""
    amount: float = 0.0
    lasts: float = 0.0
    """Seconds until it is undone; 0 when there is nothing to undo."""

    def __str__(self) -> str:
        amount = f"={self.amount:g}" if self.amount else ""
        lasts = f" for {self.lasts:g} s" if self.lasts else ""
        return " ".join(filter(None, (self.kind, self.target, self.what + amount))) + lasts


@dataclass(frozen=True, slots=True)
class Step:
    """A fault, and how many seconds of quiet come before it."""

    pause: float
    fault: Fault


def parse(text: str) -> Fault:
    """Read one of `FORMS`.

    Raises:
        NotAFault: It is none of them.
    """
    try:
        match text.split(":"):
            case ["kill9" | "term" as kind, target]:
                return Fault(kind, target)
            case ["stop", target, seconds]:
                return Fault("stop", target, lasts=float(seconds))
            case ["clock", target, by, *lasts]:
                return Fault("clock", target, amount=float(by), lasts=_seconds(lasts, 20.0))
            case ["net", link, trouble, *lasts]:
                return _net(link, trouble, lasts)
            case ["calm", seconds]:
                return Fault("calm", "nobody", lasts=float(seconds))
            case ["rabbit", what, *lasts] if what in _RABBIT:
                return Fault(
                    "rabbit", "rabbitmq", what, lasts=0 if what == "wipe" else _seconds(lasts, 10.0)
                )
    except ValueError:
        raise NotAFault(text) from None
    raise NotAFault(text)


def _net(link: str, trouble: str, lasts: Sequence[str]) -> Fault:
    what, _, amount = trouble.partition("=")
    if what not in get_args(Trouble):
        raise ValueError(what)
    at_once = what in {"reset", "halfclose"}
    return Fault("net", link, what, float(amount or 0), 0 if at_once else _seconds(lasts, 5.0))


def _seconds(given: Sequence[str], otherwise: float) -> float:
    [seconds] = given or [str(otherwise)]
    return float(seconds)


def links_of(faults: Sequence[Fault]) -> tuple[str, ...]:
    """Patterns of the links that must go through a proxy for these faults."""
    return tuple(
        "*" if each.target == "any" else each.target for each in faults if each.kind == "net"
    )


def clocks_of(faults: Sequence[Fault]) -> tuple[str, ...]:
    """Patterns of the processes whose clocks must be movable for these faults."""
    return tuple(_pattern(each.target) for each in faults if each.kind == "clock")


def _pattern(target: str) -> str:
    return "*" if target == "any" else target


def schedule(
    faults: Sequence[Fault],
    *,
    rounds: int,
    seed: int,
    processes: Sequence[str],
    links: Sequence[str] = (),
    pause: tuple[float, float] = (7.0, 15.0),
) -> list[Step]:
    """Draw `rounds` faults with their targets; the same arguments give the same steps.

    Raises:
        NotAFault: There is no such process or link.
    """
    chance = random.Random(seed)
    steps = []
    for _ in range(rounds):
        fault = chance.choice(faults)
        target = _picked(fault, links if fault.kind == "net" else processes, chance)
        drawn = Fault(fault.kind, target, fault.what, fault.amount, fault.lasts)
        steps.append(Step(round(chance.uniform(*pause), 1), drawn))
    return steps


def _picked(fault: Fault, names: Sequence[str], chance: random.Random) -> str:
    if fault.kind == "calm":
        return fault.target
    pattern = _pattern(fault.target)
    fitting = [n for n in sorted(names) if fnmatch(n, pattern) or fnmatch(n, f"{pattern}-[0-9]*")]
    if not fitting:
        raise NotAFault(str(fault))
    return chance.choice(fitting)
