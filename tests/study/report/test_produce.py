"""What a terminal shows at the end of a study."""

from dataclasses import replace

from minimtl.study.report.produce import summary
from tests.study.report.conftest import whole


def shown(study, results, edition):
    compares = edition != "synthetic"
    results = [replace(one, scope=one.scope._replace(compares=compares)) for one in results]
    return summary(results, study.about._replace(edition=edition)).splitlines()


def test_a_whole_study_stands_beside_the_paper(study):
    header, related, unrelated = shown(study, whole(study.results), "packaged")
    assert header.split() == ["single", "multi", "improved", "(published)"]
    assert related.split()[2::2] == ["(0.834)", "(0.843)", "(0.719)"]
    assert unrelated.split()[2::2] == ["(0.893)", "(0.897)", "(0.572)"]


def test_part_of_a_study_says_so_first(study):
    first, second, _, header, *_ = shown(study, study.results, "bydate")
    assert first == "RELATED: 12 of 52 pairs, 2 of 5 runs: a look, no finding."
    assert second == "UNRELATED: 30 of 516 pairs, 1 of 5 runs: a look, no finding."
    assert header.split() == ["single", "multi", "improved", "(published)"]


def test_another_corpus_has_nothing_beside_it(study):
    lines = shown(study, whole(study.results), "synthetic")
    assert "nothing was published" in lines[0]
    assert "(" not in "".join(lines[1:])
