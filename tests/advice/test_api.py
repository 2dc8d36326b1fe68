"""`minimtl.advise` on texts in memory, trained for real."""

from datetime import date

import numpy as np
import pytest

from minimtl import advise, load_model, save_model
from minimtl.advice import api

pytestmark = pytest.mark.usefixtures("few_epochs")


@pytest.fixture
def texts(text_set):
    def make(name="main", labels=("bad", "good"), n=12, seed=0):
        rows = text_set(name, labels, n=n, seed=seed).train
        return [row.text for row in rows], [row.label for row in rows]

    return make


def test_the_same_seed_gives_the_same_advice_whatever_other_sets_there_are(texts, tmp_path):
    mine, one, two = texts(), texts("one", ("c", "d"), seed=1), texts("two", ("e", "f"), seed=2)
    both = advise(*mine, {"one": one, "two": two}, runs=2, out=tmp_path)
    again = advise(*mine, {"one": one}, runs=2)
    seeded = advise(*mine, {"one": one}, runs=2, seed=1)
    for row in again.rows:
        name = again.name_of(row)
        assert both.row_of(name).scores.tolist() == row.scores.tolist()
        other = seeded.row_of(name)
        assert not np.array_equal(other.given.probabilities, row.given.probabilities)


def test_sets_of_the_same_name_are_told_apart(text_set):
    sets = api.with_own_names([text_set("a.csv"), text_set("b.csv"), text_set("a.csv")])
    assert [one.name for one in sets] == ["a.csv", "b.csv", "a.csv (2)"]


def test_all_pairs(texts):
    advice = advise(*texts(), {"one": texts("one", ("c", "d"), seed=1)}, runs=2, all_pairs=True)
    gain = advice.row_of("jointly").score - advice.row_of("alone (network)").score
    assert advice.matrix[0][1].gain == pytest.approx(gain)
    assert "Who helps whom" in str(advice)


def test_missing_texts_and_labels_are_left_out_and_counted(texts):
    mine, labels = texts()
    mine[0], labels[1], mine[2] = None, float("nan"), " "
    advice = advise(mine, labels, {"other": texts("aux", seed=1)}, runs=2)
    assert advice.notes[0] == (
        "your set: left out 2 without a text (the first: text 0) and 1 without a label (the "
        "first: text 1)."
    )


@pytest.mark.parametrize(
    "values",
    [
        (0, 1),
        (0.5, 1.5),
        ((1, "a"), (2, "b")),
        (date(2020, 1, 1), date(2021, 1, 1)),
        (True, "no"),
    ],
)
def test_labels_of_any_kind_train_predict_and_save(texts, tmp_path, values):
    mine, labels = texts()
    given = [values[label == "good"] for label in labels]
    mine += ["left out"] * 3
    missing = [None, np.float32("nan"), np.datetime64("NaT")]
    advice = advise(mine, given + missing, {"other": (texts("aux", seed=1)[0], given)}, runs=2)
    assert "left out 3 without a label" in advice.notes[0]
    save_model(advice.model, tmp_path / "m.npz")
    for model in (advice.model, load_model(tmp_path / "m.npz")):
        assert set(model.classes_) == set(values)
        predicted = zip(model.predict(mine[:24]), given, strict=True)
        assert np.mean([one == other for one, other in predicted]) > 0.9


@pytest.mark.parametrize("label", [[1], {1}, object(), float("inf"), 1j])
def test_labels_that_cannot_be_saved_are_refused_before_anything_is_measured(texts, label):
    mine, labels = texts()
    with pytest.raises(ValueError, match="cannot be a label: use text"):
        advise(mine, [label, *labels[1:]], {"other": texts("aux", seed=1)}, runs=2)


def test_chinese_is_cut_into_characters():
    rng = np.random.default_rng(0)
    mine = ["".join(rng.choice(list("电影故事演员" + own), 9)) for own in ("好", "坏") * 20]
    labels = ["+", "-"] * 20
    other = ([text[::-1] for text in mine], labels)
    advice = advise(mine, labels, {"other": other}, runs=2)
    assert advice.settings.tokenizer == "characters"
    assert advice.notes[0].startswith("Most texts of your set are in a script without spaces")
    assert advice.reference.score > 0.8


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"labels": ["a"]}, "your set: 24 texts came with 1 labels"),
        ({"texts": [1] * 24}, "text 0 is of type int; expected a string"),
        ({"auxiliary": {}}, "needs one auxiliary set at least"),
        ({"runs": 1}, "runs must be at least 2"),
        ({"margin": 1.0}, "margin must lie in"),
        ({"tokenizer": "letters"}, "tokenizer must be one of auto, words"),
        ({"tokenizer": "features"}, "tokenizer must be one of auto, words"),
        ({"groups": [1, 2, 3]}, "24 texts came with 3 groups"),
    ],
)
def test_what_cannot_be(texts, change, sentence):
    mine, labels = texts()
    given = {"texts": mine, "labels": labels, "auxiliary": {"other": texts("aux", seed=1)}}
    with pytest.raises(ValueError, match=sentence):
        advise(**(given | change))


def test_a_test_part_and_groups_of_ones_own(texts):
    other = {"other": texts("aux", ("c", "d"), seed=1)}
    groups = [None if i < 4 else i // 4 for i in range(40)]
    advice = advise(*texts(n=20), other, test=texts(seed=5), groups=groups, runs=2)
    assert advice.rows[0].n_runs == 2
    assert advice.rows[0].given.classes.shape == (2, 24)
    assert "own test part" in advice.procedure[0]
    assert "your set: 28 texts without a group; each counts as a group of its own." in advice.notes
