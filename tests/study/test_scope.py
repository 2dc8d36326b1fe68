"""What may be concluded: of all pairs and three runs; and only the paper's corpus compares."""

import pytest

from minimtl.study.problemresult import scope_of, warnings_of
from minimtl.tasks.protocol import PAPER, RELEASED
from minimtl.tasks.taskpairs import NEWSGROUPS

WHOLE = {"related": (52, 5), "unrelated": (516, 5)}


def scopes(sizes, protocol=PAPER, edition="bydate"):
    return [
        scope_of(name, n_pairs, n_runs, protocol, edition, NEWSGROUPS)
        for name, (n_pairs, n_runs) in sizes.items()
    ]


def test_a_whole_study_of_the_papers_corpus_judges_and_warns_of_nothing():
    found = scopes(WHOLE)
    assert [scope.problem for scope in found] == ["related", "unrelated"]
    assert all(scope.judges for scope in found)
    assert warnings_of(found) == ()
    assert warnings_of(scopes(WHOLE, edition="packaged")) == ()


@pytest.mark.parametrize(
    ("size", "extent", "concludes"),
    [
        ((52, 5), "all 52 pairs, 5 runs", True),
        ((52, 3), "all 52 pairs, 3 of 5 runs", True),
        ((52, 7), "all 52 pairs, 7 runs", True),
        ((52, 2), "all 52 pairs, 2 of 5 runs", False),
        ((51, 5), "51 of 52 pairs, 5 runs", False),
        ((1, 1), "1 of 52 pairs, 1 of 5 runs", False),
    ],
)
def test_how_much_there_is_of_how_much(size, extent, concludes):
    (scope,) = scopes({"related": size})
    assert scope.extent == extent
    assert scope.concludes == scope.judges == concludes
    assert scope.is_whole == concludes


def test_all_runs_of_the_protocol_are_no_look_but_three_make_a_verdict():
    (scope,) = scopes({"unrelated": (516, 1)}, RELEASED)
    assert scope.is_whole
    assert not scope.concludes
    assert warnings_of([scope]) == ()
