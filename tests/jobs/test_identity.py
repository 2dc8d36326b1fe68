"""Hashes and streams of numbers are the same on every platform."""

import hashlib

import numpy as np
import pytest

from minimtl.jobs.identity import rng_for, stable_hash


def test_hash_is_sha256_of_the_canonical_json_written_by_hand():
    text = '["\\u00e9",3,0.1,["a","b"],{"k":null,"z":true}]'
    expected = hashlib.sha256(text.encode()).hexdigest()
    assert stable_hash("é", 3, 0.1, ("a", "b"), {"z": True, "k": None}) == expected


@pytest.mark.parametrize("part", [np.int64(1), np.float32(1), {1, 2}, float("nan")])
def test_a_part_that_is_no_json_value_is_refused(part):
    with pytest.raises((TypeError, ValueError), match="JSON"):
        stable_hash(part)


def test_first_numbers_of_a_stream_are_these_on_every_platform():
    # Written down once: a change of hashing, of seeding or of NumPy's PCG64 must not pass unseen.
    first = rng_for("minimtl", 0).integers(10**6, size=4).tolist()
    assert first == [171248, 573379, 244241, 827308]
