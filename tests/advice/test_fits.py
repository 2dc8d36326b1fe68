"""One job: its labels, its key, and the model of all texts."""

import numpy as np
import pytest

from minimtl.advice.fits import Fit, Settings, compute, decode, key_of, train_on_all
from minimtl.advice.sets import prepare
from minimtl.advice.tokenizers import make_vectorizer
from minimtl.advice.trials import SetsOfTexts
from minimtl.advice.ways import Way

ALONE = Way("alone", "regression")
words = make_vectorizer("words").build_analyzer()


@pytest.fixture
def sets(text_set):
    def make(per_class=200, seed=0, aux_seed=1, **main):
        prepared = [
            prepare(text_set("main", **main), words),
            prepare(text_set("aux", seed=aux_seed), words),
        ]
        return SetsOfTexts.of(prepared, "words", per_class, seed)

    return make


def test_the_labels_are_those_of_the_estimators_by_hand(sets, text_set):
    made = sets()
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
    texts = [row.text for row in text_set("main").train]
    classes = np.array([row.label == "good" for row in text_set("main").train]).astype(np.int64)
    own, labels = (texts, classes), ["bad", "good"]
    settings = Settings(tokenizer="words", per_class=6)
    model = train_on_all(Way("alone", "network"), [own], labels, settings, {})
    assert len(model.classifiers) == 5
    each = [one.predict_proba(model.vectorizers[0].transform(texts)) for one in model.classifiers]
    np.testing.assert_allclose(model.predict_proba(texts), np.mean(each, axis=0), atol=1e-7)
    assert not np.allclose(each[0], each[1])
    # Most texts were not drawn, so that their own words have no weight. A regression has ten times
    # as many.
    few = Settings(tokenizer="words", per_class=1)
    regression, all_of_them = (
        train_on_all(ALONE, [own], labels, one, {}) for one in (few, settings)
    )
    used = [(one.classifiers[0].coef_ != 0).mean() for one in (regression, all_of_them)]
    assert used[0] < 0.9
    assert used[1] == 1


def test_keys_differ_with_all_that_the_score_depends_on(sets):
    fit = Fit(0, Way("jointly", "network", (1,)), 0)
    keys = {
        key_of(fit, sets()),
        key_of(fit, sets(per_class=3)),
        key_of(fit, sets(seed=1)),
        key_of(fit, sets(aux_seed=2)),
        key_of(fit, sets(n=21)),
        key_of(fit._replace(run=1), sets()),
        key_of(fit._replace(way=Way("pretrained", "network", (1,))), sets()),
        key_of(Fit(1, Way("jointly", "network", (0,)), 0), sets()),
    }
    assert len(keys) == 8
    assert key_of(fit, sets()) in keys
    # Alone, the other sets do not matter.
    alone = Fit(0, ALONE, 0)
    assert key_of(alone, sets()) == key_of(alone, sets(aux_seed=2))


@pytest.mark.parametrize("result", [b"", b"[]", b"\xff" * 8, b"\0" * 4 + b"\xff" * 4])
def test_bytes_that_are_no_labels(result):
    with pytest.raises(ValueError, match=r"classes|buffer"):
        decode(result)
