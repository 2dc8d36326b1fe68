"""The plan of models, each once, and shards: each in one of them, of about equal size."""

from collections import Counter

import pytest

from minimtl.jobs import stable_hash
from minimtl.tasks.modeljobs import joint_job, single_job
from minimtl.tasks.plan import WHOLE, Problem, Shard, plan_jobs
from minimtl.tasks.protocol import PAPER, RELEASED
from minimtl.tasks.taskpairs import (
    NEWSGROUPS,
    related_pairs,
    unrelated_pairs,
)

KEYS = [stable_hash("key", number) for number in range(2_000)]
RELATED, UNRELATED = related_pairs(NEWSGROUPS), unrelated_pairs(NEWSGROUPS)


def needed(problems, protocol):
    """The models that each pair needs in each run, as a set."""
    return {
        job
        for problem in problems
        for pair in problem.pairs
        for run in range(problem.n_runs)
        for job in (
            single_job(pair.main, run),
            single_job(pair.aux, run),
            joint_job(pair, run, protocol),
        )
    }


@pytest.mark.parametrize("protocol", [PAPER, RELEASED], ids=["paper", "released"])
@pytest.mark.parametrize(
    "problems",
    [
        [Problem("related", RELATED, 5)],
        [Problem("related", RELATED, 5), Problem("unrelated", UNRELATED, 1)],
        [Problem("related", RELATED, 1), Problem("unrelated", UNRELATED, 5)],
        [Problem("unrelated", UNRELATED.sample(100), 2)],
        [
            Problem("related", RELATED.sample(20), 3),
            Problem("unrelated", UNRELATED.sample(77), 2),
        ],
    ],
    ids=["related", "both, fewer runs", "both, more runs", "sample", "two samples"],
)
def test_the_plan_is_what_is_needed_each_once(problems, protocol):
    plan = list(plan_jobs(problems, protocol))
    assert len(plan) == len(set(plan))
    assert set(plan) == needed(problems, protocol)


def test_counts_worked_by_hand():
    paper = [Problem("related", RELATED, 5), Problem("unrelated", UNRELATED, 5)]
    assert sum(1 for _ in plan_jobs(paper, PAPER)) == 5 * (153 + 516 // 2)
    released = [Problem("related", RELATED, 5), Problem("unrelated", UNRELATED, 1)]
    assert sum(1 for _ in plan_jobs(released, RELEASED)) == (153 + 516) + 4 * (19 + 52)


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
