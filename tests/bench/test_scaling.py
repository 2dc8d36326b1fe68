"""``python -m bench.scaling`` goes through what it says; nothing here asserts a time."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_the_hierarchy_has_a_thousand_topics_and_over_ten_million_pairs():
    from bench.scaling import all_pairs

    pairs = all_pairs()
    assert len(pairs) == 125 * 124 // 2 * (8 * 7) ** 2 == 24_304_000
    assert len(pairs._hierarchy.topics) == 1000


def test_each_step_goes_through_all_of_it(tmp_path):
    from bench.scaling import STEPS, take

    taken = {name: take(step, 4, tmp_path, "process") for name, step in STEPS.items()}
    # Four pairs far apart: a joint model each, and two of a task alone.
    assert {name: (measured.n, measured.unit) for name, measured in taken.items()} == {
        "enumerate": (4, "pairs"),
        "sample": (4, "pairs"),
        "plan": (12, "models"),
        "store": (12, "models"),
        "resume": (12, "models"),
        "collect": (4, "pairs"),
        "conclude": (4, "pairs"),
    }
    assert all(measured.peak_mb > 1 for measured in taken.values())
    assert taken["plan"].disk_mb == 0 < taken["store"].disk_mb <= taken["collect"].disk_mb


@pytest.mark.slow
def test_the_programs_of_the_page_train(tmp_path):
    """The library's example in docs/scaling.md, on the hierarchy and a corpus that are at hand."""
    from minimtl.corpora.synthetic import generate_synthetic
    from minimtl.tasks.taskpairs import NEWSGROUPS

    page = (ROOT / "docs" / "scaling.md").read_text(encoding="utf-8")
    (program,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    names = {}
    exec(program, names)
    trained = names["train"](generate_synthetic(), NEWSGROUPS, 2, tmp_path)
    assert trained == 6
