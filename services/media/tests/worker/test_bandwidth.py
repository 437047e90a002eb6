from collections import deque
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media.worker import rtcp
from media.worker.arrivals import Arrivals
from media.worker.bandwidth import Bandwidth, estimate
from media.worker.layers import Encoding, Layers, Watched
from media.worker.rtcp import TransportFeedback

SOUND = 40_000
"""Bit/s: 50 packets of 100 bytes a second."""
CAMERA = (150_000, 500_000, 1_500_000)
CUT = 300_000


class Bottleneck:
    """A connection in virtual time: a queue before a line, and feedback every 50 ms.

    `capacity` tells the bit/s at a second, `loss` the share of packets it loses besides.
    """

    def __init__(self, capacity, *, loss=0.0, delay=0.025, queue=0.3, jitter=0.0):
        self.capacity, self.loss, self.delay = capacity, loss, delay
        self.queue, self.jitter = queue, jitter
        self.bandwidth = Bandwidth()
        self.now = 1000.0
        self.began = self.now
        self.layer = 0
        self.wanted = 5_000_000
        self.estimates, self.layers, self.queued, self.dropped = [], [], [], 0
        self._arrivals = Arrivals(1)
        self._number = 0xFF00
        self._free = self.now
        self._way = deque()
        self._back = deque()
        self._random = 12345

    def _chance(self):
        self._random = (self._random * 1103515245 + 12345) & 0x7FFFFFFF
        return self._random / 0x7FFFFFFF

    def send(self, length):
        self._number = self._number + 1 & 0xFFFF
        self.bandwidth.sent(self._number, self.now, length)
        waits = max(0.0, self._free - self.now)
        if waits > self.queue or self._chance() < self.loss:
            self.dropped += 1
            return
        self._free = self.now + waits + 8 * length / self.capacity(self.now - self.began)
        self.queued.append(waits)
        self._way.append((self._free + self.delay + self.jitter * self._chance(), self._number))

    def step(self):
        """Five milliseconds of the line and of the receiver."""
        self.now += 0.005
        while self._way and self._way[0][0] <= self.now:
            came, number = self._way.popleft()
            self._arrivals.note(number, came - 500, 7)
        if self.every(0.05):
            for feedback in rtcp.parse(rtcp.build(*self._arrivals.feedback())):
                self._back.append((self.now + self.delay, feedback))
        while self._back and self._back[0][0] <= self.now:
            self.bandwidth.feedback(self._back.popleft()[1], self.now)

    def every(self, period):
        steps = round(period / 0.005)
        return round((self.now - self.began) / 0.005) % steps == 0

    def run(self, seconds, decide):
        """Send sound, and video at `decide(self)` bit/s in 25 frames a second."""
        for _ in range(round(seconds / 0.005)):
            self.step()
            if self.every(0.02):
                self.send(100)
                padding = self.bandwidth.probe(self.now, self.wanted)
                while padding > 0:
                    self.send(min(1000, max(padding, 200)))
                    padding -= 1000
            if self.every(0.04):
                octets = decide(self) * 0.04 / 8
                while octets > 0:
                    self.send(int(min(1140, octets)) or 1)
                    octets -= 1140
            if self.every(0.2):
                self.estimates.append(self.bandwidth.estimate(self.now))
                self.layers.append(self.layer)


def greedy(network):
    """As much as the estimate allows, up to 4 Mbit/s."""
    return min(network.bandwidth.estimate(network.now) - SOUND, 4_000_000)


class Caller:
    """A camera in three layers, chosen as the room does."""

    def __init__(self):
        self.choice = Layers()
        self.sound = Watched("p", "audio", None, (Encoding(SOUND),))
        self.camera = Watched("p", "camera", 720, tuple(map(Encoding, CAMERA, (180, 360, 720))))

    def __call__(self, network):
        if network.every(0.2):
            chosen = self.choice.decide(
                [self.sound, self.camera],
                estimate=network.bandwidth.estimate(network.now),
                now=network.now,
            )
            network.layer = chosen["p", "camera"]
            network.wanted = 1.2 * (CAMERA[-1] + SOUND)
        return 0 if network.layer is None else CAMERA[network.layer]


def median(values):
    return sorted(values)[len(values) // 2]


def changes(layers):
    return sum(before != after for before, after in pairwise(layers))


@pytest.mark.parametrize("capacity", [100_000, 400_000, 1_200_000])
@pytest.mark.parametrize("jitter", [0.0, 0.015])
def test_the_estimate_settles_near_what_the_line_carries(capacity, jitter):
    network = Bottleneck(lambda _: capacity, jitter=jitter)

    network.run(60, greedy)

    assert 0.7 * capacity < median(network.estimates[150:]) < 1.1 * capacity
    assert median(network.queued[len(network.queued) // 2 :]) < 0.1


@pytest.mark.parametrize("cut_at", [15.0, 15.7, 16.9])
def test_a_call_survives_a_cut_and_recovers_within_ten_seconds(cut_at):
    back_at = cut_at + 15
    network = Bottleneck(lambda at: CUT if cut_at <= at < back_at else 3_000_000)

    network.run(50, Caller())

    before, during, after = (int(5 * seconds) for seconds in (cut_at, cut_at + 3, back_at + 10))
    assert network.layers[before - 1] == 2
    assert all(value < 1.1 * CUT for value in network.estimates[during : int(5 * back_at)])
    assert set(network.layers[during : int(5 * back_at)]) <= {0, None}
    assert set(network.layers[after:]) == {2}
    assert min(network.estimates) > SOUND


@pytest.mark.parametrize(
    ("capacity", "layer"),
    [(80_000, None), (250_000, 0), (400_000, 0), (900_000, 1), (1_600_000, 1), (2_500_000, 2)],
)
def test_a_line_that_stays_as_it_is_changes_no_layers(capacity, layer):
    network = Bottleneck(lambda _: capacity)

    network.run(60, Caller())

    assert set(network.layers[50:]) == {layer}
    assert changes(network.layers) <= 3


def test_a_line_at_the_limit_of_a_layer_does_not_flap():
    network = Bottleneck(lambda at: 560_000 if int(at) % 4 < 2 else 650_000, jitter=0.01)

    network.run(120, Caller())

    assert changes(network.layers[50:]) <= 12


@pytest.mark.parametrize("loss", [0.01, 0.05])
def test_some_loss_does_not_hinder(loss):
    network = Bottleneck(lambda _: 3_000_000, loss=loss)

    network.run(20, Caller())

    assert set(network.layers[25:]) == {2}


def test_much_loss_lowers_the_estimate_and_sound_goes_on():
    network = Bottleneck(lambda _: 3_000_000, loss=0.2)

    network.run(30, Caller())

    assert network.layers[-1] is None
    assert network.estimates[-1] == estimate.LOWEST > SOUND


def test_a_line_whose_packets_come_out_of_order_is_used():
    network = Bottleneck(lambda _: 3_000_000, jitter=0.03)

    network.run(20, Caller())

    assert network.layers[-1] == 2


def test_nothing_is_tried_beyond_what_is_wanted():
    network = Bottleneck(lambda _: 50_000_000)
    network.wanted = 400_000

    network.run(10, lambda _: 100_000)

    assert max(network.estimates) < 1.2 * estimate.START


def test_what_is_sent_below_the_estimate_does_not_raise_it():
    network = Bottleneck(lambda _: 50_000_000)
    network.wanted = 0

    network.run(10, lambda _: 60_000)

    assert network.bandwidth.limited
    assert network.estimates[-1] == estimate.START


def test_silence_lowers_the_estimate_until_feedback_comes():
    network = Bottleneck(lambda _: 3_000_000)
    network.run(5, greedy)
    for _ in range(40):
        network.step()
    bandwidth, now = network.bandwidth, network.now
    before = bandwidth.estimate(now)
    network.send(100)

    assert bandwidth.estimate(now + 1) == before
    assert bandwidth.estimate(now + 3) == pytest.approx(before / 4)
    assert bandwidth.estimate(now + 60) == estimate.LOWEST
    network.run(1, greedy)
    assert bandwidth.estimate(network.now) > before / 2


def test_a_connection_on_which_nothing_is_sent_keeps_its_estimate():
    network = Bottleneck(lambda _: 3_000_000)
    network.run(5, greedy)
    for _ in range(40):
        network.step()
    before = network.bandwidth.estimate(network.now)

    assert network.bandwidth.estimate(network.now + 60) == before


def test_the_round_trip_is_measured():
    network = Bottleneck(lambda _: 3_000_000, delay=0.1)

    network.run(5, lambda _: 100_000)

    assert 0.2 <= network.bandwidth.round_trip < 0.3


def test_remb_counts_as_long_as_there_is_no_feedback_for_the_transport():
    bandwidth = Bandwidth()
    bandwidth.remb(1_234_000)
    assert bandwidth.estimate(1.0) == 1_234_000
    bandwidth.remb(10)
    assert bandwidth.estimate(1.0) == estimate.LOWEST
    bandwidth.remb(1 << 80)
    assert bandwidth.estimate(1.0) == estimate.HIGHEST
    bandwidth.sent(1, 1.0, 100)
    bandwidth.feedback(TransportFeedback(1, 2, 0, 1, 1, ((1, 400),)), 1.1)

    bandwidth.remb(100_000)

    assert bandwidth.estimate(1.1) == estimate.HIGHEST


def test_feedback_told_twice_or_about_nothing_changes_nothing():
    bandwidth = Bandwidth()
    for number in range(40):
        bandwidth.sent(number, 0.01 * number, 1000)
    told = TransportFeedback(1, 2, 0, 0, 40, tuple((n, 40 * n) for n in range(40)))
    bandwidth.feedback(told, 0.5)
    before = bandwidth.estimate(0.5)

    bandwidth.feedback(told, 0.6)
    bandwidth.feedback(TransportFeedback(1, 2, 1, 9000, 5, ((9000, 1), (9001, 2))), 0.7)

    assert bandwidth.estimate(0.7) == before


short = st.integers(0, 0xFFFF)
arrivals = st.dictionaries(short, st.integers(0, 0xFFFF_FFFF), max_size=40)


@settings(deadline=None)
@given(st.lists(st.tuples(short, short, short, arrivals, st.floats(0, 5)), max_size=30))
def test_any_feedback_keeps_the_estimate_in_its_bounds(events):
    bandwidth, now = Bandwidth(), 0.0
    for number, base, statuses, came, passed in events:
        now += passed
        bandwidth.sent(number, now, 1200)
        bandwidth.feedback(TransportFeedback(1, 2, 0, base, statuses, tuple(came.items())), now)

        assert estimate.LOWEST <= bandwidth.estimate(now) <= estimate.HIGHEST
        assert 0 <= bandwidth.probe(now, 1e7) < 200_000
