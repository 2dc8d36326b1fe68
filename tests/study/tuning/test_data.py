"""How the reviews are divided."""

import numpy as np

from minimtl.study.tuning import HELD_OUT, N_FOLDS, TuneData, rows_of


def test_unigrams_only(reviews):
    data = TuneData.of(reviews)
    assert all(domain.counts.shape == (36, 30) for domain in data.domains)


def test_folds_and_the_part_held_out(reviews):
    for domain in TuneData.of(reviews).domains:
        held_out = set(np.flatnonzero(domain.part == HELD_OUT))
        tested = []
        for fold in range(N_FOLDS):
            learned, test = rows_of(domain, fold)
            assert not set(learned) & set(test)
            assert not held_out & (set(learned) | set(test))
            assert list(np.bincount(domain.labels[test])) == [3, 3]
            tested += list(test)
        assert sorted([*tested, *held_out]) == list(range(36))
        learned, test = rows_of(domain, HELD_OUT)
        assert set(test) == held_out
        assert sorted(tested) == list(learned)


def test_the_digest_names_the_reviews(reviews):
    from dataclasses import replace

    data = TuneData.of(reviews)
    assert TuneData.of(reviews).digest == data.digest
    assert TuneData.of(replace(reviews, sha256="6" * 64)).digest != data.digest
