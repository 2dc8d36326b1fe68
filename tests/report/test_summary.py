"""What a terminal shows at the end of a study."""

from minimtl.report.summary import summary
from tests.report.conftest import whole


def test_a_whole_study_stands_beside_the_paper(study):
    header, related, unrelated = summary(
        whole(study.tables), study.protocol, "packaged"
    ).splitlines()
    assert header.split() == ["single", "multi", "improved", "(published)"]
    assert related.split()[2::2] == ["(0.834)", "(0.843)", "(0.719)"]
    assert unrelated.split()[2::2] == ["(0.893)", "(0.897)", "(0.572)"]


def test_part_of_a_study_says_so_first(study):
    first, second, _, header, *_ = summary(study.tables, study.protocol, "bydate").splitlines()
    assert first == "RELATED: 12 of 52 pairs, 2 of 5 runs: a look, no finding."
    assert second == "UNRELATED: 30 of 516 pairs, 1 of 5 runs: a look, no finding."
    assert header.split() == ["single", "multi", "improved", "(published)"]


def test_another_corpus_has_nothing_beside_it(study):
    lines = summary(whole(study.tables), study.protocol, "synthetic").splitlines()
    assert "nothing was published" in lines[0]
    assert "(" not in "".join(lines[1:])
