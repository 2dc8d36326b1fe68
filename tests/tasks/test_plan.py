"""The plan of models, each once, and shards: each in one of them, of about equal size."""

from collections import Counter

import pytest

from minimtl.jobs.identity import stable_hash
from minimtl.tasks.modeljobs import joint_job, single_job
from minimtl.tasks.plan import WHOLE, Problem, Shard, plan_jobs
from minimtl.tasks.protocol import PAPER, RELEASED
from minimtl.tasks.taskpairs import NEWSGROUPS, related_pairs, unrelated_pairs

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


@pytest.mark.parametrize(
    ("protocol", "problems", "n_models"),
    [
        (PAPER, [("related", RELATED, 5), ("unrelated", UNRELATED, 5)], 5 * (153 + 516 // 2)),
        (
            RELEASED,
            [("related", RELATED, 5), ("unrelated", UNRELATED, 1)],
            (153 + 516) + 4 * (19 + 52),
        ),
        (RELEASED, [("related", RELATED, 1), ("unrelated", UNRELATED, 2)], 2 * (153 + 516)),
        (PAPER, [("related", RELATED.sample(20), 3), ("unrelated", UNRELATED.sample(77), 2)], None),
    ],
    ids=["paper", "released", "more unrelated runs", "samples"],
)
def test_the_plan_is_what_is_needed_each_once(protocol, problems, n_models):
    problems = [Problem(*problem) for problem in problems]
    plan = list(plan_jobs(problems, protocol))
    assert len(plan) == len(set(plan)) == (n_models or len(plan))
    assert set(plan) == needed(problems, protocol)


def test_every_key_is_in_one_shard_and_shards_are_of_about_equal_size():
    sizes = Counter(number for key in KEYS for number in range(1, 9) if Shard(number, 8).holds(key))
    assert sum(sizes.values()) == len(KEYS)
    # Binomial with n = 2,000 and p = 1/8: five standard deviations are 74.
    assert max(abs(sizes[number] - 250) for number in range(1, 9)) < 74
    assert all(map(WHOLE.holds, KEYS))


def test_a_shard_as_text():
    assert Shard.parse("2/8") == Shard(2, 8)
    assert str(Shard(2, 8)) == "2/8"


@pytest.mark.parametrize("text", ["", "2", "0/8", "9/8", "-1/8", "2/0", "a/b", "1/2/3", "1.5/2"])
def test_what_names_no_shard(text):
    with pytest.raises(ValueError, match=r"shard|int"):
        Shard.parse(text)
