"""From sets to advice: a candidate that is planted to help, one that cannot, and the words."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from minimtl.advice.advice import CANNOT_TELL, HELPS, HURTS, Advice, advise
from minimtl.advice.metamodel import packaged_metamodel
from minimtl.advice.report import printable, procedure, sentence_of, trust
from minimtl.advice.sets import TOKENIZERS, Prepared, prepare
from minimtl.stats.intervals import compare_paired

words = TOKENIZERS["words"]


def made_up(differences, ratio=0.25):
    model = packaged_metamodel()
    single = np.full(len(differences), 0.8)
    return Advice(
        Prepared("aux", ("a", "b"), (), (), ()),
        model.predict(np.array([feature.mean for feature in model.features])),
        single,
        single + differences,
        compare_paired(differences, ratio),
        400,
        100,
    )


@pytest.mark.parametrize(
    ("differences", "verdict"),
    [([0.02, 0.03, 0.02, 0.03], HELPS), ([-0.02, -0.03, -0.02], HURTS), ([0.1, -0.1], CANNOT_TELL)],
)
def test_the_verdict_is_the_interval_s(differences, verdict):
    advice = made_up(np.array(differences))
    assert advice.verdict == verdict
    assert f"aux: {verdict} (" in sentence_of(advice)
    assert bool(advice.further) == (verdict == CANNOT_TELL)


def test_how_many_more_runs_would_tell():
    differences = np.array([0.02, -0.01, 0.03, 0.0])
    advice = made_up(differences, ratio=0.0)
    more = advice.gain.further_runs
    assert advice.further.startswith(f"about {more} more runs would settle it")
    assert made_up(differences, ratio=5.0).further.startswith("more runs on these texts would not")


def test_trust_does_not_take_doing_better_than_a_bad_majority_for_knowledge():
    model = packaged_metamodel()
    bad = replace(
        model.held_out,
        accuracy=0.5,
        majority_accuracy=0.4,
        lift=0.1,
        lift_low=0.05,
        lift_high=0.15,
    )
    assert "not shown to be better than a guess" in trust(replace(model, held_out=bad))
    good = replace(bad, accuracy=0.7, lift=0.3, lift_low=0.25, lift_high=0.35)
    assert "a hint, no more" in trust(replace(model, held_out=good))


def test_names_cannot_move_the_cursor():
    assert printable("a\x1b[2Jb\nc") == "a\ufffd[2Jb\ufffdc"


def test_what_was_cut_is_said(text_set):
    main = prepare(text_set(n=60, n_test=60), words, is_main=True)
    said = procedure([made_up(np.array([0.1, 0.2]))], main, 50)
    assert "own test part" in said[0]
    assert "--per-class 60" in said[1]
    assert len(procedure([made_up(np.array([0.1, 0.2]))], main, 60)) == 1


@pytest.mark.slow
def test_more_of_the_same_helps_a_tiny_set_and_does_not_depend_on_other_candidates(text_set):
    main = prepare(text_set("main", n=8, n_test=150), words, is_main=True)
    helpful = prepare(text_set("more", n=100, seed=1), words, is_main=False)
    foreign = prepare(
        text_set("other", ("c", "d", "e"), 100, seed=2, topic="y"), words, is_main=False
    )
    with ThreadPoolExecutor(1) as executor:
        alone, both = (
            advise(
                main, some, packaged_metamodel(), words, n_runs=6, per_class=200, executor=executor
            )
            for some in ([helpful], [helpful, foreign])
        )
    assert alone[0].gain.mean > 0.02
    assert both[1].gain.mean < alone[0].gain.mean
    np.testing.assert_array_equal(alone[0].multi, both[0].multi)
    assert alone[0].prediction == both[0].prediction
    # Two candidates share the 5 %.
    assert both[0].gain.high - both[0].gain.low > alone[0].gain.high - alone[0].gain.low
