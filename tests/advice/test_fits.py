"""One job: its score, its key, and the model of all texts."""

import numpy as np
import pytest

from minimtl.advice.fits import Fit, compute, decode, key_of, train_on_all
from minimtl.advice.sets import prepare
from minimtl.advice.tokenizers import make_vectorizer
from minimtl.advice.trials import SetsOfTexts
from minimtl.advice.ways import Way
from minimtl.corpora import LabelledText, TextSet
from minimtl.stats import macro_f1

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


def test_the_score_is_that_of_the_estimators_by_hand(sets, text_set):
    made = sets()
    draw = made.draw(0, 2)
    texts = np.array([row.text for row in text_set("main").train], object)
    model = train_on_all(ALONE, [texts[draw.trained]], [made.labels[draw.trained]], "words", 0, {})
    predicted = model.predict(texts[draw.tested])
    by_hand = macro_f1(made.labels[draw.tested], predicted)
    score = decode(compute(Fit(0, ALONE, 2), made))
    assert score.f1 == pytest.approx(by_hand)
    assert not score.is_constant


def test_a_constant_prediction_is_seen():
    rows = [LabelledText(f"common own{i}", "ab"[i % 2], f"row {i}") for i in range(40)]
    own = prepare(TextSet("main", tuple(rows)), words, is_main=True)
    assert decode(compute(Fit(0, ALONE, 0), SetsOfTexts.of([own], "words", 99, 0))).is_constant


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


@pytest.mark.parametrize(
    "result", [b"", b"[]", b"{}", b'{"f1": 2.0, "is_constant": false}', b"\xff"]
)
def test_bytes_that_are_no_score(result):
    with pytest.raises(ValueError, match=r"score|JSON|Expecting|utf-8"):
        decode(result)
