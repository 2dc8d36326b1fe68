"""One job: its labels, its key, and the model of all texts."""

import numpy as np
import pytest

from minimtl.advice.fits import Fit, compute, decode, key_of, train_on_all
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
            prepare(text_set("main", **main), words, is_main=True),
            prepare(text_set("aux", seed=aux_seed), words, is_main=False),
        ]
        return SetsOfTexts.of(prepared, "words", per_class, seed)

    return make


@pytest.mark.parametrize("model", ["regression", "characters"])
def test_the_labels_are_those_of_the_estimators_by_hand(sets, text_set, model):
    made = sets()
    draw = made.draw(0, 2)
    texts = np.array([row.text for row in text_set("main").train], object)
    way = Way("alone", model)
    fitted = train_on_all(way, [texts[draw.trained]], [made.labels[draw.trained]], "words", 0, {})
    given = decode(compute(Fit(0, way, 2), made))
    np.testing.assert_array_equal(given, fitted.predict(texts[draw.tested]))
    assert len(set(given)) == 2


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


@pytest.mark.parametrize("result", [b"", b"[]", b"\xff\xff\xff\xff"])
def test_bytes_that_are_no_labels(result):
    with pytest.raises(ValueError, match=r"classes|buffer"):
        decode(result)
