"""Texts that nearly repeat another one."""

import numpy as np

from minimtl.advice.copies import near_copies


def texts(n, seed=0):
    rng = np.random.default_rng(seed)
    common = [" ".join(f"the{i}" for i in rng.integers(0, 30, 20)) for _ in range(n)]
    return [f"{start} " + " ".join(f"w{i}" for i in rng.integers(0, 5_000, 30)) for start in common]


def test_edited_copies_are_found_and_others_are_not():
    own = texts(200)
    words = [text.split() for text in own]
    edited = [" ".join([*some[:10], "edited", *some[11:]]) for some in words]
    assert near_copies(edited, own, str.split).all()
    assert not near_copies(texts(200, seed=1), own, str.split).any()
    assert not near_copies(own, (), str.split).any()


def test_of_copies_within_a_set_the_first_is_kept():
    own = texts(3)
    assert near_copies([*own, own[1] + " again"], (), str.split).tolist() == [False] * 3 + [True]


def test_half_a_text_is_none_and_neither_is_a_phrase():
    own = texts(20)
    halves = [" ".join(text.split()[25:]) for text in own]
    assert not near_copies(halves, own, str.split).any()
    assert not near_copies(["thank you very much"] * 2, (), str.split).any()
