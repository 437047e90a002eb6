import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media.worker.loudness import Loudness

SPEECH, QUIET, NOISE = 30, 45, 100
"""Levels in -dBov."""


class Voices:
    """Peers that send 50 packets of sound a second."""

    def __init__(self):
        self.loudness = Loudness()
        self.now = 0.0

    def run(self, seconds, **levels):
        for _ in range(round(seconds / 0.02)):
            self.now += 0.02
            for peer, level in levels.items():
                self.loudness.note(peer, level, self.now)
        return self.loudness.loudest(self.now)


def test_who_is_loudest_comes_first():
    assert Voices().run(1, ann=QUIET, ben=SPEECH, cem=NOISE) == ("ben", "ann")


def test_only_so_many_are_named():
    voices = Voices()
    voices.run(1, ann=30, ben=20, cem=40, dan=10)

    assert voices.loudness.loudest(voices.now, most=2) == ("dan", "ben")


def test_who_begins_to_speak_is_heard_within_half_a_second():
    voices = Voices()
    voices.run(2, ann=SPEECH, ben=NOISE)

    assert voices.run(0.5, ann=NOISE, ben=SPEECH)[0] == "ben"


def test_a_click_makes_nobody_the_speaker():
    voices = Voices()
    voices.run(2, ann=SPEECH, ben=NOISE)

    assert voices.run(0.02, ann=SPEECH, ben=0) == ("ann",)


def test_a_pause_between_words_changes_nothing():
    voices = Voices()
    voices.run(2, ann=SPEECH)

    assert voices.run(0.3) == ("ann",)


def test_who_speaks_about_as_loud_does_not_take_the_place():
    voices = Voices()
    voices.run(2, ann=40, ben=NOISE)

    assert voices.run(2, ann=40, ben=36)[0] == "ann"
    assert voices.run(2, ann=40, ben=30)[0] == "ben"
    assert voices.run(2, ann=35, ben=35)[0] == "ben"


def test_the_last_speaker_is_remembered_through_silence():
    voices = Voices()
    voices.run(2, ann=SPEECH)

    assert voices.run(5, ann=127) == ()
    assert voices.loudness.speaker == "ann"


def test_who_sends_nothing_falls_silent():
    voices = Voices()
    voices.run(2, ann=SPEECH)

    assert voices.loudness.loudest(voices.now + 5) == ()


def test_who_is_gone_is_nobody():
    voices = Voices()
    voices.run(2, ann=SPEECH)

    voices.loudness.forget("ann")
    voices.loudness.forget("ann")

    assert voices.loudness.loudest(voices.now) == ()
    assert voices.loudness.speaker is None


def test_only_changes_are_told():
    voices, loudness = Voices(), Loudness()
    voices.loudness = loudness
    told = []
    for levels in ({"ann": SPEECH}, {"ann": SPEECH}, {"ann": 127}, {"ben": SPEECH}):
        for _ in range(100):
            voices.now += 0.02
            for peer, level in levels.items():
                loudness.note(peer, level, voices.now)
            change = loudness.changed(voices.now)
            if change is not None:
                told.append(change)

    assert told == [("ann",), (), ("ben",)]


@pytest.mark.parametrize("level", [0, 127, 128, 255])
def test_any_byte_is_a_level(level):
    Voices().run(1, ann=level)


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 255), st.floats(-1, 3)), max_size=60)
)
def test_any_levels_at_any_time_give_an_order(noted):
    loudness, now = Loudness(), 0.0
    for peer, level, passed in noted:
        now += passed
        loudness.note(peer, level, now)

        order = loudness.loudest(now)
        assert len(order) == len(set(order)) <= 3
