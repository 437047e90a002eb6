"""A video that the estimate has no room for, while nothing but sound flows."""

from media.worker.room.quality import TRIED_AGAIN, Trial

START = 500_000.0


def test_a_video_is_sent_on_trial_while_the_estimate_does_not_fall() -> None:
    trial = Trial()

    assert trial.goes_on(START, 0.0)
    assert trial.goes_on(2 * START, 1.0)


def test_a_trial_ends_when_the_estimate_falls_and_another_follows_later() -> None:
    trial = Trial()
    trial.goes_on(START, 0.0)

    assert not trial.goes_on(START / 2, 1.0)
    assert not trial.goes_on(START / 2, 1.0 + TRIED_AGAIN / 2)
    assert trial.goes_on(START / 2, 1.0 + TRIED_AGAIN)


def test_trials_that_fail_become_rarer_until_something_flows() -> None:
    trial = Trial()
    trial.goes_on(START, 0.0)
    trial.goes_on(START / 2, 0.0)
    trial.goes_on(START, TRIED_AGAIN)
    trial.goes_on(START / 2, TRIED_AGAIN)

    assert not trial.goes_on(START, 2 * TRIED_AGAIN)
    trial.over()
    assert trial.goes_on(START, 2 * TRIED_AGAIN)
