"""Judges a history: pure, so that its own tests can feed it bad ones."""

import statistics
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tests.chaos.history import Entry, History, Sending, Truth

CONVERGE_WITHIN = 30.0
"""Seconds from the end of the last fault until every client shows everything."""


@dataclass(frozen=True, slots=True)
class Latency:
    """Seconds from the first try of a message; all zero when nothing was measured."""

    count: int
    p50: float
    p99: float
    longest: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> "Latency":
        if len(seconds) < 2:
            only = seconds[0] if seconds else 0.0
            return cls(len(seconds), only, only, only)
        cuts = statistics.quantiles(seconds, n=100, method="inclusive")
        return cls(len(seconds), cuts[49], cuts[98], max(seconds))

    def __str__(self) -> str:
        return (
            f"p50 {self.p50 * 1000:.0f} ms, p99 {self.p99:.2f} s, "
            f"max {self.longest:.2f} s (n={self.count})"
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a run showed; `broken` names every promise that was not kept, worst first."""

    broken: Mapping[str, Sequence[str]]
    outcomes: Mapping[str, int]
    converged: float | None
    """Seconds it took; None when it did not happen in time."""
    delivery: Latency
    """From the first try to each client's screen, of acknowledged messages."""
    answer: Latency
    """From the first try to the acknowledgement."""
    after: Sequence[tuple[str, float]]
    """Each fault, and the slowest delivery among messages sent from then to the next one."""
    counts: Mapping[str, int]

    @property
    def passed(self) -> bool:
        return not self.broken

    def __str__(self) -> str:
        took = "never" if self.converged is None else f"{self.converged:.1f} s"
        lines = [
            f"  sent       {_listed(self.outcomes)}",
            f"  converged  {took} (at most {CONVERGE_WITHIN:.0f} s)",
            f"  delivery   {self.delivery}",
            f"  answer     {self.answer}",
            f"  on the way {_listed(self.counts) or 'nothing of note'}",
        ]
        lines += [f"  slowest    {seconds:5.2f} s after {fault}" for fault, seconds in self.after]
        for promise, examples in self.broken.items():
            lines.append(f"  BROKEN {promise}: {len(examples)}")
            lines += [f"    {each}" for each in examples[:5]]
        lines.append("PASS" if self.passed else "FAIL")
        return "\n".join(lines)


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))


def check(
    history: History,
    truth: Truth,
    *,
    converged: float | None,
    slowest: float | None = None,
) -> Verdict:
    """Judge a run after which everything came to rest.

    `slowest` is how many seconds a delivery may take; runs with faults have no such limit.
    """
    deliveries = _deliveries(history)
    delivery = [seconds for _, seconds in deliveries]
    found: defaultdict[str, list[str]] = defaultdict(list)
    for promise, complaint in _complaints(history, truth):
        found[promise].append(complaint)
    if converged is None:
        found["converges"].append(f"not within {CONVERGE_WITHIN:.0f} s")
    if slowest is not None and max(delivery, default=0.0) > slowest:
        found["nobody waits"].append(f"{max(delivery):.1f} s, at most {slowest:.1f} s")
    return Verdict(
        broken=found,
        outcomes=Counter(each.outcome for each in history.sendings),
        converged=converged,
        delivery=Latency.of(delivery),
        answer=Latency.of([s.ended - s.invoked for s in history.sendings if s.outcome == "ok"]),
        after=list(_slowest_after(history.faults, deliveries)),
        counts=history.counts,
    )


def _complaints(history: History, truth: Truth) -> Iterator[tuple[str, str]]:
    for room, stored in truth.stored.items():
        sendings = [each for each in history.sendings if each.room == room]
        yield from _about_log(f"MongoDB, {room}", stored, sendings)
        yield from _differs(f"REST, {room}", truth.told[room], stored)
        yield from _about_order(sendings)
    for (client, room), shown in history.shown.items():
        log = [each.entry for each in shown]
        sendings = [each for each in history.sendings if each.room == room]
        yield from _about_log(f"{client}, {room}", log, sendings)
        yield from _differs(f"{client}, {room}", log, truth.stored[room])
    for each in history.conflicts:
        first, second = each.first.client_id, each.second.client_id
        yield "one number, one message", f"{each.client}: {each.first.seq} was {first}, {second}"


def _about_log(
    whose: str, log: Sequence[Entry], sendings: Sequence[Sending]
) -> Iterator[tuple[str, str]]:
    """What is wrong with a log by itself and beside what was sent."""
    entries = defaultdict(list)
    for entry in log:
        entries[entry.client_id].append(entry)
    by_id = {each.client_id: each for each in sendings}
    for place, entry in enumerate(log, start=1):
        if entry.seq != place:
            yield "numbered 1, 2, 3", f"{whose}: {entry.seq} in place {place}"
            break
    for client_id, found in entries.items():
        sending = by_id.get(client_id)
        if len(found) > 1:
            yield "no message twice", f"{whose}: {client_id} is {[each.seq for each in found]}"
        if sending is None or sending.text != found[0].text:
            yield "nothing invented", f"{whose}: {client_id} at {found[0].seq} was never sent so"
        elif sending.outcome == "fail":
            yield "refused is refused", f"{whose}: {client_id} at {found[0].seq} was refused"
    for each in sendings:
        if each.outcome == "ok" and each.seq not in {
            e.seq for e in entries.get(each.client_id, ())
        }:
            yield "no message lost", f"{whose}: {each.client_id}, acknowledged as {each.seq}"


def _differs(
    whose: str, log: Sequence[Entry], stored: Sequence[Entry]
) -> Iterator[tuple[str, str]]:
    if list(log) != list(stored):
        place = next(
            (
                n
                for n, (mine, theirs) in enumerate(zip(log, stored, strict=False))
                if mine != theirs
            ),
            min(len(log), len(stored)),
        )
        yield (
            "everybody shows what is stored",
            f"{whose}: {len(log)} messages, MongoDB {len(stored)}; they differ after {place}",
        )


def _about_order(sendings: Sequence[Sending]) -> Iterator[tuple[str, str]]:
    """A message that was acknowledged before another was sent stands before it."""
    acked = [(each, each.seq) for each in sendings if each.seq is not None]
    by_end = sorted(acked, key=lambda each: each[0].ended)
    newest = 0
    done = 0
    for later, seq in sorted(acked, key=lambda each: each[0].invoked):
        while done < len(by_end) and by_end[done][0].ended < later.invoked:
            newest = max(newest, by_end[done][1])
            done += 1
        if seq < newest:
            yield "in order", f"{later.client_id} is {seq}, sent after {newest} was acknowledged"


def _deliveries(history: History) -> list[tuple[float, float]]:
    """When each acknowledged message was sent, and how long it took to each client."""
    invoked = {each.client_id: each.invoked for each in history.sendings if each.outcome == "ok"}
    return [
        (sent, each.at - sent)
        for shown in history.shown.values()
        for each in shown
        if (sent := invoked.get(each.entry.client_id)) is not None
    ]


def _slowest_after(
    struck: Sequence[tuple[float, str]], deliveries: Sequence[tuple[float, float]]
) -> Iterator[tuple[str, float]]:
    ends = [*(at for at, _ in struck), float("inf")][1:]
    for (begin, fault), end in zip(struck, ends, strict=True):
        # What was on its way when it struck suffers as well.
        took = [took for sent, took in deliveries if begin - 1 <= sent < end]
        yield fault, max(took, default=0.0)
