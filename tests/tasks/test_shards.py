"""Shards: every model is in one of them, and they are of about equal size."""

from collections import Counter

import pytest

from minimtl.jobs import stable_hash
from minimtl.tasks.plan import WHOLE, Shard

KEYS = [stable_hash("key", number) for number in range(2_000)]


def test_every_key_is_in_one_shard():
    for key in KEYS[:50]:
        assert sum(Shard(number, 7).holds(key) for number in range(1, 8)) == 1
        assert WHOLE.holds(key)


def test_shards_are_of_about_equal_size():
    sizes = Counter(Shard.of_key(key, 8).number for key in KEYS)
    assert sorted(sizes) == list(range(1, 9))
    # Binomial with n = 2,000 and p = 1/8: five standard deviations are 74.
    assert max(abs(size - 250) for size in sizes.values()) < 74


def test_as_text():
    assert Shard.parse("2/8") == Shard(2, 8)
    assert str(Shard.parse("2/8")) == "2/8"


@pytest.mark.parametrize("text", ["", "2", "0/8", "9/8", "-1/8", "2/0", "a/b", "1/2/3", "1.5/2"])
def test_what_names_no_shard(text):
    with pytest.raises(ValueError, match=r"shard|int"):
        Shard.parse(text)
