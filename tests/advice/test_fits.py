"""One job: its labels, its key, and the model of all texts."""

import numpy as np
import pytest

from minimtl.advice.fits import Fit, Settings, compute, decode, key_of, train_on_all
from minimtl.advice.ways import Way

ALONE = Way("alone", "regression")


def test_the_labels_are_those_of_the_estimators_by_hand(counted_sets, text_set):
    made = counted_sets()
    draw = made.draw(0, 2)
    texts = np.array([row.text for row in text_set("main").train], object)
    own = (texts[draw.learned], made.labels[draw.learned])
    fitted = train_on_all(ALONE, [own], [0, 1], Settings(tokenizer="words"), {})
    given = decode(compute(Fit(0, ALONE, 2), made))
    np.testing.assert_array_equal(given.classes, fitted.predict(texts[draw.tested]))
    probabilities = fitted.predict_proba(texts[draw.tested]).max(axis=1)
    np.testing.assert_allclose(given.probabilities, probabilities, rtol=1e-5)
    assert len(set(given.classes)) == 2


def test_the_model_of_networks_is_an_average_and_keeps_the_caps(text_set):
    rows = text_set("main").train
    texts = [row.text for row in rows]
    own, labels = (texts, np.array([int(row.label == "good") for row in rows])), ["bad", "good"]

    settings = Settings(tokenizer="words", per_class=6)
    model = train_on_all(Way("alone", "network"), [own], labels, settings, {})
    assert len(model.classifiers) == 5
    each = [one.predict_proba(model.vectorizers[0].transform(texts)) for one in model.classifiers]
    np.testing.assert_allclose(model.predict_proba(texts), np.mean(each, axis=0), atol=1e-7)
    assert not np.allclose(each[0], each[1])

    # Most texts were not drawn, so that their own words have no weight. A regression has ten times
    # as many.
    few = Settings(tokenizer="words", per_class=1)
    of_few, of_all = (train_on_all(ALONE, [own], labels, one, {}) for one in (few, settings))
    assert (of_few.classifiers[0].coef_ != 0).mean() < 0.9
    assert (of_all.classifiers[0].coef_ != 0).all()


def test_keys_differ_with_all_that_the_score_depends_on(counted_sets):
    fit = Fit(0, Way("jointly", "network", (1,)), 0)
    made = counted_sets()
    keys = {
        key_of(fit, made),
        key_of(fit, counted_sets(per_class=3)),
        key_of(fit, counted_sets(seed=1)),
        key_of(fit, counted_sets(aux_seed=2)),
        key_of(fit, counted_sets(n=21)),
        key_of(fit._replace(run=1), made),
        key_of(fit._replace(way=Way("pretrained", "network", (1,))), made),
        key_of(Fit(1, Way("jointly", "network", (0,)), 0), made),
    }
    assert len(keys) == 8
    assert key_of(fit, counted_sets()) in keys
    # Alone, the other sets do not matter.
    alone = Fit(0, ALONE, 0)
    assert key_of(alone, made) == key_of(alone, counted_sets(aux_seed=2))


@pytest.mark.parametrize("result", [b"", b"[]", b"\xff" * 8, b"\0" * 4 + b"\xff" * 4])
def test_bytes_that_are_no_labels(result):
    with pytest.raises(ValueError, match=r"classes|buffer"):
        decode(result)
