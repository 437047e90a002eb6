"""The checker is fed bad histories: it must name what is wrong with each."""

from collections.abc import Sequence

import pytest

from tests.chaos import checker
from tests.chaos.history import Conflict, Entry, History, Outcome, Sending, Shown, Truth

A, B, C = (Entry(seq, name, f"text of {name}") for seq, name in ((1, "a"), (2, "b"), (3, "c")))


def sending(
    entry: Entry, *, outcome: Outcome = "ok", invoked: float | None = None, took: float = 0.1
) -> Sending:
    begun = float(entry.seq) if invoked is None else invoked
    made = Sending("ada", "room", entry.client_id, entry.text, begun, tries=1)
    made.outcome = outcome
    made.ended = begun + took
    made.seq = entry.seq if outcome == "ok" else None
    return made


def history(
    shown: Sequence[Entry], sendings: Sequence[Sending] | None = None, *, late: float = 0.2
) -> History:
    made = History()
    made.sendings = [sending(each) for each in (A, B, C)] if sendings is None else [*sendings]
    made.shown["bob", "room"] = [Shown(each, each.seq + late) for each in shown]
    return made


def judged(
    history: History,
    stored: Sequence[Entry] = (A, B, C),
    *,
    told: Sequence[Entry] | None = None,
    converged: float | None = 1.0,
    slowest: float | None = None,
) -> checker.Verdict:
    truth = Truth(stored={"room": stored}, told={"room": stored if told is None else told})
    return checker.check(history, truth, converged=converged, slowest=slowest)


def test_a_history_in_which_everybody_sees_everything_passes():
    verdict = judged(history([A, B, C]))

    assert verdict.passed, verdict
    assert verdict.delivery.longest == pytest.approx(0.2)


def test_an_acked_message_that_is_stored_but_not_shown_is_lost():
    verdict = judged(history([A, B]))

    assert "no message lost" in verdict.broken
    assert "everybody shows what is stored" in verdict.broken


def test_an_acked_message_that_is_nowhere_is_lost():
    verdict = judged(history([A, B]), stored=[A, B])

    assert "no message lost" in verdict.broken


def test_an_acked_message_under_another_number_is_lost():
    moved = Entry(2, "a", A.text)
    first = Entry(1, "b", B.text)

    verdict = judged(history([first, moved, C]), stored=[first, moved, C])

    assert "no message lost" in verdict.broken


def test_a_hole_in_the_numbers_is_found_even_when_everybody_has_it():
    verdict = judged(history([A, C], [sending(A), sending(C)]), stored=[A, C])

    assert list(verdict.broken) == ["numbered 1, 2, 3"]


@pytest.mark.parametrize("shown", [[A, A, B, C], [B, A, C]], ids=["twice", "inverted"])
def test_a_client_that_shows_other_than_each_once_in_order_is_found(shown: list[Entry]):
    verdict = judged(history(shown))

    assert "numbered 1, 2, 3" in verdict.broken


def test_a_message_stored_under_two_numbers_is_doubled():
    again = Entry(4, "a", A.text)

    verdict = judged(history([A, B, C, again]), stored=[A, B, C, again])

    assert list(verdict.broken) == ["no message twice"]


@pytest.mark.parametrize("is_there", [True, False])
def test_a_message_of_unknown_outcome_may_be_there_or_not(is_there: bool):
    log = [A, B, C] if is_there else [A, B]

    verdict = judged(
        history(log, [sending(A), sending(B), sending(C, outcome="unknown")]), stored=log
    )

    assert verdict.passed, verdict


def test_a_message_of_unknown_outcome_may_not_be_there_twice():
    log = [A, B, C, Entry(4, "c", C.text)]

    verdict = judged(
        history(log, [sending(A), sending(B), sending(C, outcome="unknown")]), stored=log
    )

    assert list(verdict.broken) == ["no message twice"]


def test_a_refused_message_may_not_be_there():
    verdict = judged(history([A, B, C], [sending(A), sending(B), sending(C, outcome="fail")]))

    assert list(verdict.broken) == ["refused is refused"]


def test_a_message_nobody_sent_is_found():
    verdict = judged(history([A, B, C], [sending(A), sending(B)]))

    assert list(verdict.broken) == ["nothing invented"]


def test_a_message_with_another_text_than_was_sent_is_found():
    changed = Entry(3, "c", "something else")

    verdict = judged(history([A, B, changed]), stored=[A, B, changed])

    assert list(verdict.broken) == ["nothing invented"]


def test_a_message_sent_after_another_was_acked_stands_behind_it():
    early = sending(B, invoked=0.0)
    late = sending(A, invoked=5.0)

    verdict = judged(history([A, B, C], [early, late, sending(C, invoked=9.0)]))

    assert list(verdict.broken) == ["in order"]


def test_messages_on_their_way_at_the_same_time_may_stand_in_any_order():
    both = [sending(B, invoked=0.0, took=2.0), sending(A, invoked=1.0, took=2.0)]

    verdict = judged(history([A, B, C], [*both, sending(C, invoked=9.0)]))

    assert verdict.passed, verdict


def test_a_history_that_rest_tells_otherwise_is_found():
    verdict = judged(history([A, B, C]), told=[A, B])

    assert list(verdict.broken) == ["everybody shows what is stored"]


def test_one_number_with_two_messages_is_found_though_only_one_is_shown():
    made = history([A, B, C])
    made.conflicts = [Conflict("bob", "room", B, Entry(2, "x", "was lost again"))]

    verdict = judged(made)

    assert list(verdict.broken) == ["one number, one message"]


def test_clients_that_do_not_catch_up_in_time_are_found():
    verdict = judged(history([A, B, C]), converged=None)

    assert list(verdict.broken) == ["converges"]


def test_a_delivery_slower_than_allowed_is_found():
    verdict = judged(history([A, B, C], late=12.0), slowest=10.0)

    assert list(verdict.broken) == ["nobody waits"]


def test_the_slowest_delivery_is_told_for_each_fault():
    made = history([A, B, C])
    made.shown["bob", "room"][1] = Shown(B, at=B.seq + 7.0)
    made.faults = [(1.5, "kill9 chat-1"), (3.9, "kill9 mongo")]

    verdict = judged(made)

    assert verdict.after == [
        ("kill9 chat-1", pytest.approx(7.0)),
        ("kill9 mongo", pytest.approx(0.2)),
    ]


def test_a_refusal_after_an_uncertain_try_leaves_the_outcome_unknown():
    made = Sending("ada", "room", "a", "text", invoked=0.0, tries=2)

    made.failed()

    assert made.outcome == "unknown"
