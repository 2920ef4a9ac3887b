"""Real touches: every model equals the reference, as it came and on copies mutated at test time.

The copies have a reference of their own, counted here from the rules that stand beside the data.
"""

import csv
import gzip
import json
import random
from collections import Counter, defaultdict
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction as F

import pytest

from reporting.attribution import markov, models
from reporting.attribution.journeys import Touch, journey
from reporting.attribution.models import Parameters

NAMES = {
    "first_touch": "first", "last_touch": "last", "linear": "linear", "position_based_40_20_40": "u",
    "time_decay_half_life_7d": "decay",
}  # fmt: skip


def rows(folder):
    with gzip.open(folder / "touchpoints" / "attribution_data.csv.gz", "rt", encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


def ways(found):
    """(journeys with their value in tenths, paths without conversion), customer by customer."""
    by_customer = defaultdict(list)
    for row in found:
        at = int(datetime.fromisoformat(row["time"]).timestamp())
        by_customer[row["customer_id"]].append(
            (at, row["channel"], row["interaction"] == "conversion", row["conversion_value"])
        )
    won, lost = [], []
    for touches in by_customer.values():
        path = []
        for at, channel, converts, value in sorted(touches):
            path.append(Touch(at, len(path), channel))
            if converts:
                won.append((path, int(Decimal(value) * 10)))
                path = []
        if path:
            lost.append(path)
    return won, lost


def credited(won, key, look_back=None):
    """(conversions, value) by channel. Powers of two have long fractions: they are added up to forty-five digits."""
    conversions, value = defaultdict(F), defaultdict(F)
    for path, worth in won:
        one = journey(path, won_at=path[-1].at, look_back=look_back)
        weights = models.weights(key, one, Parameters(half_life=7))
        whole = sum(weights)
        for touch, weight in zip(one.touches, weights, strict=True):
            part = F(weight * 10**45 // whole, 10**45) if key == "decay" else F(weight, whole)
            conversions[touch.campaign] += part
            value[touch.campaign] += part * F(worth, 10)
    return conversions, value


def removed(won, lost):
    paths = Counter((tuple(touch.campaign for touch in path), True) for path, _value in won)
    paths += Counter((tuple(touch.campaign for touch in path), False) for path in lost)
    return markov.removal([(path, n if hit else 0, 0 if hit else n) for (path, hit), n in paths.items()])


def printed(figure, text):
    want = Decimal(str(text))
    return Decimal(round(F(figure) * 10**12)).scaleb(-12).quantize(want, rounding=ROUND_HALF_EVEN) == want


def check(want, found):
    assert want.keys() == found.keys()
    for name, text in want.items():
        assert printed(found[name], text), (name, text, float(found[name]))


@pytest.fixture(scope="module")
def said(shared_data):
    return json.loads((shared_data / "touchpoints" / "expected.json").read_text())


@pytest.fixture(scope="module")
def found(shared_data):
    return ways(rows(shared_data))


def test_paths_are_cut_at_conversions(said, found):
    want, (won, lost) = said["touchpoints"], found
    assert (len(won), len(lost)) == (want["conversions"], want["null_paths"])
    assert sum(value for _path, value in won) == int(want["conversion_value_sum"] * 10)
    assert Counter(str(len(path)) for path, _value in won) == want["path_length_counts"]


@pytest.mark.parametrize("name", NAMES)
def test_every_model_equals_the_reference(said, found, name):
    conversions, value = credited(found[0], NAMES[name])
    check(said["touchpoints"]["models"][name]["conversions"], conversions)
    check(said["touchpoints"]["models"][name]["value"], value)
    assert abs(sum(conversions.values()) - 1838) < F(1, 10**30) and abs(sum(value.values()) - F("11423.5")) < F(
        1, 10**30
    )


def test_the_look_back_equals_the_reference(said, found):
    want = said["touchpoints"]["models"]["linear_lookback_7d"]
    for figure, one in zip(("conversions", "value"), credited(found[0], "linear", 7), strict=True):
        check(want[figure], one)


def test_a_conversion_whose_only_touch_is_left_out_is_unattributed(said, found):
    want = said["touchpoints"]["models"]["last_touch_excluding_conversion_row"]
    before = Counter(path[-2].campaign for path, _value in found[0] if len(path) > 1)
    assert before == want["conversions"] and sum(len(path) == 1 for path, _value in found[0]) == want["unattributed"]


def test_markov_equals_the_reference(said, found):
    want, one = said["touchpoints"]["models"]["markov_order1_removal_effect"], removed(*found)
    assert printed(one.base, want["baseline_conversion_probability"])
    check(want["removal_effect"], one.effect)
    check(want["conversions"], {name: share * 1838 for name, share in one.share.items()})


def paths_of(folder):
    with (folder / "touchpoints" / "channel_paths.csv").open(encoding="utf-8") as handle:
        return [
            (tuple(row["path"].split(" > ")), int(row["total_conversions"]), F(row["total_conversion_value"]), int(row["total_null"]))
            for row in csv.DictReader(handle, delimiter=";")
        ]  # fmt: skip


def test_twelve_channels_of_counted_paths_equal_the_reference(said, shared_data):
    want, paths = said["channel_paths"], paths_of(shared_data)
    for name in ("first_touch", "last_touch", "linear"):
        counts, values = defaultdict(F), defaultdict(F)
        for channels, won, value, _lost in paths:
            if not won and not value:
                continue
            one = journey([Touch(n, n, channel) for n, channel in enumerate(channels)], won_at=len(channels))
            for touch, part in zip(one.touches, models.parts(NAMES[name], one, Parameters()), strict=True):
                counts[touch.campaign] += part * won
                values[touch.campaign] += part * value
        check({key: pair[0] for key, pair in want[name].items()}, {key: counts[key] for key in want[name]})
        check({key: pair[1] for key, pair in want[name].items()}, {key: values[key] for key in want[name]})
    one = markov.removal([(channels, won, lost) for channels, won, _value, lost in paths])
    assert printed(one.base, want["baseline"])
    check(want["removal_effect"], one.effect)
    check(want["markov_order1_with_null"], {name: share * 19785 for name, share in one.share.items()})
    bare = markov.removal([(channels, won, 0) for channels, won, _value, _lost in paths])
    check(want["markov_order1_without_null"], {name: share * 19785 for name, share in bare.share.items()})


# --- mutated copies


def mutated(found, seed):
    """Other names, other times (all moved by some days), rows shuffled, every thirtieth left out, values changed."""
    random_ = random.Random(seed)
    name = {channel: f"{random_.getrandbits(32):08x}" for channel in sorted({row["channel"] for row in found})}
    moved = random_.randrange(1, 400) * 86400
    kept = [row for row in found if random_.randrange(30)]
    random_.shuffle(kept)
    return [
        row | {
            "channel": name[row["channel"]],
            "time": datetime.fromtimestamp(datetime.fromisoformat(row["time"]).timestamp() + moved).astimezone().isoformat(),
            "conversion_value": str(Decimal(row["conversion_value"]) + random_.randrange(3)) if row["interaction"] == "conversion" else "0",
        }
        for row in kept
    ]  # fmt: skip


def plain(won):
    """First, last, linear and position by channel, in as few words as the rules have."""
    out = {name: defaultdict(F) for name in ("first", "last", "linear", "u")}
    for path, value in won:
        n, worth = len(path), F(value, 10)
        for place, touch in enumerate(path):
            ends = (place == 0) + (place == n - 1)
            u = F(1) if n == 1 else F(1, 2) if n == 2 else F(2, 5) * ends if ends else F(1, 5) / (n - 2)
            for name, part in (("first", F(place == 0)), ("last", F(place == n - 1)), ("linear", F(1, n)), ("u", u)):
                out[name][touch.campaign] += part * worth
    return out


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.trust)])
def test_the_same_on_a_mutated_copy(shared_data, seed):
    won, lost = ways(mutated(rows(shared_data), seed))
    whole = sum(F(value, 10) for _path, value in won)
    for key, want in plain(won).items():
        _conversions, value = credited(won, key)
        assert {name: one for name, one in value.items() if one} == {name: one for name, one in want.items() if one}
    assert abs(sum(credited(won, "decay")[1].values()) - whole) < F(1, 10**30)
    one = removed(won, lost)
    assert sum(one.share.values()) == 1
    # without one channel by hand: its paths are cut where they meet it, and end in null
    channel = max(one.effect, key=one.effect.get)
    cut = [([*map(_channel, path)], 1) for path, _value in won] + [([*map(_channel, path)], 0) for path in lost]
    assert abs(float(one.effect[channel]) - (1 - _chance(cut, channel) / _chance(cut))) < 1e-9


def _channel(touch):
    return touch.campaign


def _chance(paths, without=None):
    """The chance to convert, by floating point and many steps."""
    moves, start = defaultdict(Counter), Counter()
    for channels, hit in paths:
        start[channels[0]] += 1
        for here, there in zip(channels, [*channels[1:], "+" if hit else "-"], strict=True):
            moves[here][there] += 1
    at, won = {one: n / len(paths) for one, n in start.items()}, 0.0
    for _step in range(600):
        after = defaultdict(float)
        for here, mass in at.items():
            if here == without:
                continue
            whole = sum(moves[here].values())
            for there, n in moves[here].items():
                after[there] += mass * n / whole
        won += after.pop("+", 0.0)
        after.pop("-", None)
        at = after
    return won
