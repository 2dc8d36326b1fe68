"""The packaged meta-model and what it says of a pair."""

import json
import math

import numpy as np
import pytest

from minimtl.advice.metamodel import MetaModel, packaged_metamodel
from minimtl.errors import MinimtlError
from minimtl.study.features import FEATURE_NAMES


@pytest.fixture(scope="module")
def packaged():
    return packaged_metamodel()


def test_the_packaged_one_comes_from_a_whole_real_study(packaged):
    assert packaged.study["edition"] == "bydate"
    assert packaged.study["protocol"] == "paper"
    assert (packaged.study["n_pairs"], packaged.study["n_main_tasks"]) == (516, 153)
    assert [feature.name for feature in packaged.features] == list(FEATURE_NAMES)
    for feature in packaged.features:
        assert feature.minimum < feature.mean < feature.maximum


def test_probability_by_hand(packaged):
    rng = np.random.default_rng(0)
    x = np.array([rng.uniform(f.minimum, f.maximum) for f in packaged.features])
    z = packaged.intercept
    for feature, value in zip(packaged.features, x, strict=True):
        z += feature.coefficient * (value - feature.minimum) / (feature.maximum - feature.minimum)
    prediction = packaged.predict(x)
    # Thirty terms of order 1 in another order: a few float64 roundings.
    assert prediction.probability == pytest.approx(1 / (1 + math.exp(-z)), rel=1e-12)
    assert prediction.outside == {}


def test_contributions_are_the_way_from_the_average_pair(packaged):
    mean = np.array([feature.mean for feature in packaged.features])
    x = mean.copy()
    x[4] = packaged.features[4].maximum * 2 - packaged.features[4].minimum + 1
    at_mean, moved = packaged.predict(mean), packaged.predict(x)
    assert set(at_mean.contributions.values()) == {0.0}

    def logit(p):
        return math.log(p / (1 - p))

    assert sum(moved.contributions.values()) == pytest.approx(
        logit(moved.probability) - logit(at_mean.probability), rel=1e-9
    )
    assert list(moved.outside) == [FEATURE_NAMES[4]]
    assert moved.outside[FEATURE_NAMES[4]][0] == x[4]


def test_json_there_and_back(packaged):
    assert MetaModel.from_json(packaged.to_json(), "m") == packaged


@pytest.mark.parametrize(
    "spoil",
    [
        lambda values: values.pop("intercept"),
        lambda values: values.update(format=2),
        lambda values: values["features"].pop(),
        lambda values: values["features"][0].update(name="other"),
        lambda values: values.update(features=3),
        lambda values: values.update(more=1),
    ],
)
def test_what_is_no_metamodel_is_refused(packaged, spoil):
    values = json.loads(packaged.to_json())
    spoil(values)
    with pytest.raises(MinimtlError, match=r"m\.json is not a fitted meta-model"):
        MetaModel.from_json(json.dumps(values).encode(), "m.json")


@pytest.mark.parametrize("content", [b"", b"[]", b"null", b"\xff", b"[" * 100_000])
def test_what_is_no_json_object_is_refused(content):
    with pytest.raises(MinimtlError, match="is not a fitted meta-model"):
        MetaModel.from_json(content, "m.json")
