from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media.worker.layers import (
    HEADROOM,
    LONGEST_PATIENCE,
    PATIENCE,
    Encoding,
    Layers,
    Watched,
)

LOW, MIDDLE, HIGH = Encoding(150_000, 180), Encoding(500_000, 360), Encoding(1_500_000, 720)
SIMULCAST = (LOW, MIDDLE, HIGH)
PLENTY = 100e6


def sound(peer):
    return Watched(peer, "audio", None, (Encoding(40_000),))


def camera(peer, height=720, encodings=SIMULCAST):
    return Watched(peer, "camera", height, encodings)


def screen(peer):
    return Watched(peer, "screen", 1080, (Encoding(1_000_000, 1080),))


def decided(watched, estimate):
    """What is decided when nothing was decided before."""
    chosen = Layers().decide(watched, estimate=estimate, now=0.0)
    return [chosen[each.track] for each in watched]


@pytest.mark.parametrize(
    ("height", "layer"),
    [(0, None), (90, 0), (180, 0), (210, 0), (220, 1), (360, 1), (423, 1), (430, 2),
     (720, 2), (2160, 2), (None, 2)],
)  # fmt: skip
def test_a_tile_gets_no_more_than_it_can_show(height, layer):
    assert decided([camera("a", height)], PLENTY) == [layer]


@pytest.mark.parametrize(
    ("encodings", "layer"),
    [
        ((), None),
        ((Encoding(0),), 0),  # published, nothing came yet
        ((Encoding(0), Encoding(0)), 0),
        ((LOW, MIDDLE, Encoding(0, 720)), 1),  # the publisher does not send the highest
        ((Encoding(0), MIDDLE), 1),
        ((Encoding(150_000), Encoding(500_000), Encoding(1_500_000)), 2),  # heights not known
        ((Encoding(2_000_000),), 0),
    ],
)
def test_only_layers_that_come_are_chosen(encodings, layer):
    assert decided([camera("a", 720, encodings)], PLENTY) == [layer]


@pytest.mark.parametrize(
    ("estimate", "layers"),
    [
        (10_000, [0, 0, None, None, None]),
        (275_000, [0, 0, None, 0, None]),  # a screen that does not fit leaves its share
        (1_420_000, [0, 0, 0, 0, None]),
        (1_600_000, [0, 0, 0, 0, 0]),
        (2_100_000, [0, 0, 0, 1, 0]),
        (2_500_000, [0, 0, 0, 1, 1]),
        (5_100_000, [0, 0, 0, 2, 2]),
    ],
)
def test_sound_comes_first_then_screens_then_everybodys_lowest_layer(estimate, layers):
    watched = [sound("a"), sound("b"), screen("a"), camera("a"), camera("b")]

    assert decided(watched, estimate) == layers


def test_the_larger_tile_is_better_first():
    watched = [camera("a", 360), camera("b", 720), camera("c", 90)]

    assert decided(watched, 1_000_000) == [0, 1, 0]


def test_a_downgrade_is_immediate():
    layers = Layers()
    layers.decide([camera("a")], estimate=PLENTY, now=0.0)

    assert layers.decide([camera("a")], estimate=600_000, now=0.2) == {("a", "camera"): 1}
    assert layers.decide([camera("a")], estimate=100_000, now=0.4) == {("a", "camera"): None}


def upgraded_at(layers, watched, estimate, start, until=60.0):
    """When the first camera gets a better layer than before."""
    track, before, at = watched[0].track, None, start
    while at < until:
        layer = layers.decide(watched, estimate=estimate, now=at)[track]
        if before is not None and layer > before:
            return at
        before, at = layer, at + 0.2
    return None


def test_an_upgrade_waits_until_there_was_headroom_for_a_second():
    layers = Layers()
    layers.decide([camera("a")], estimate=200_000, now=0.0)

    at = upgraded_at(layers, [camera("a")], MIDDLE.bitrate * HEADROOM, start=10.0)

    assert at == pytest.approx(10.0 + PATIENCE, abs=0.21)


def test_an_upgrade_needs_headroom():
    layers = Layers()
    layers.decide([camera("a")], estimate=200_000, now=0.0)

    assert upgraded_at(layers, [camera("a")], MIDDLE.bitrate * 1.1, start=10.0) is None


def test_headroom_that_is_gone_meanwhile_has_to_come_back_for_a_whole_second():
    layers = Layers()
    layers.decide([camera("a")], estimate=200_000, now=0.0)
    for at, estimate in ((1.0, PLENTY), (1.6, 200_000), (1.8, PLENTY), (2.6, PLENTY)):
        assert layers.decide([camera("a")], estimate=estimate, now=at) == {("a", "camera"): 0}

    assert layers.decide([camera("a")], estimate=PLENTY, now=2.81) == {("a", "camera"): 2}


def test_a_tile_that_grew_is_better_at_once():
    layers = Layers()
    layers.decide([camera("a", 180)], estimate=PLENTY, now=0.0)

    assert layers.decide([camera("a", 720)], estimate=PLENTY, now=0.2) == {("a", "camera"): 2}


def test_a_tile_that_shrank_costs_less_at_once_and_waits_no_longer_for_that():
    layers = Layers()
    layers.decide([camera("a")], estimate=PLENTY, now=0.0)

    assert layers.decide([camera("a", 180)], estimate=PLENTY, now=0.2) == {("a", "camera"): 0}
    assert layers.decide([camera("a", 720)], estimate=PLENTY, now=0.4) == {("a", "camera"): 2}


def test_a_camera_that_is_shown_again_starts_at_once():
    layers = Layers()
    layers.decide([camera("a", 0)], estimate=PLENTY, now=0.0)

    assert layers.decide([camera("a")], estimate=PLENTY, now=0.2) == {("a", "camera"): 2}


def test_a_layer_that_is_not_sent_any_more_is_replaced_at_once():
    layers = Layers()
    layers.decide([camera("a")], estimate=PLENTY, now=0.0)
    fewer = (LOW, MIDDLE, Encoding(0, 720))
    assert layers.decide([camera("a", 720, fewer)], estimate=PLENTY, now=0.2) == {
        ("a", "camera"): 1
    }
    only = (Encoding(0, 180), Encoding(0, 360), HIGH)

    assert layers.decide([camera("a", 720, only)], estimate=PLENTY, now=0.4) == {("a", "camera"): 2}


def test_upgrades_that_had_to_be_taken_back_wait_longer_each_time():
    layers, now, waits = Layers(), 0.0, []
    layers.decide([camera("a")], estimate=200_000, now=now)
    for _ in range(6):
        at = upgraded_at(layers, [camera("a")], 600_000, start=now, until=now + 60)
        waits.append(at - now)
        now = at + 0.2
        layers.decide([camera("a")], estimate=200_000, now=now)
        now += 0.2

    assert all(later > earlier * 1.2 for earlier, later in pairwise(waits[:4]))
    assert max(waits) < LONGEST_PATIENCE + 0.5


def test_of_equal_tiles_the_one_that_is_better_stays_so():
    layers = Layers()
    layers.decide([camera("b")], estimate=1_000_000, now=0.0)
    both = [camera("a"), camera("b")]
    for step in range(20):
        chosen = layers.decide(both, estimate=760_000, now=1 + step / 5)

    assert chosen == {("a", "camera"): 0, ("b", "camera"): 1}


@pytest.mark.parametrize("swing", [0.02, 0.06, 0.12])
@pytest.mark.parametrize("around", [300_000, 650_000, 1_000_000, 1_690_000, 2_400_000, 3_800_000])
def test_an_estimate_that_swings_does_not_flap_layers(swing, around):
    layers, history = Layers(), []
    watched = [sound("a"), sound("b"), screen("c"), camera("a"), camera("b", 360)]
    for step in range(300):
        estimate = around * (1 + swing * (-1) ** (step // 4))
        history.append(layers.decide(watched, estimate=estimate, now=step / 5))

    changed = [step for step, (old, new) in enumerate(pairwise(history)) if old != new]
    assert [step for step in changed if step > 100] == []


encodings = st.lists(
    st.builds(Encoding, st.sampled_from([0.0, 1e5, 3e5, 1e6, 3e6]), st.sampled_from([0, 180, 720])),
    max_size=3,
).map(tuple)
tracks = st.lists(
    st.builds(
        Watched,
        st.sampled_from("abcd"),
        st.sampled_from(["audio", "camera", "screen"]),
        st.none() | st.sampled_from([0, 90, 360, 1080]),
        encodings,
    ),
    max_size=8,
    unique_by=lambda each: each.track,
)


@settings(deadline=None)
@given(st.lists(st.tuples(tracks, st.floats(0, 2e7), st.floats(0, 2)), max_size=12))
def test_what_is_chosen_exists_and_fits(rounds):
    layers, now = Layers(), 0.0
    for watched, estimate, passed in rounds:
        now += passed
        chosen = layers.decide(watched, estimate=estimate, now=now)

        assert set(chosen) == {each.track for each in watched}
        spent = heard = 0.0
        for each in watched:
            layer = chosen[each.track]
            if layer is None:
                continue
            if each.kind == "audio":
                heard += each.encodings[layer].bitrate
            else:
                assert layer in each.useful
                spent += each.encodings[layer].bitrate
        assert spent == 0 or spent + heard <= estimate * 1.0001
