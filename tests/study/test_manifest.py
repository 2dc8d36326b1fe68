"""manifest.json: a study of any corpus is described so that its problems can be made again."""

from minimtl.corpora.editions import build_corpus
from minimtl.study.definition import Study
from minimtl.study.studyresult import make_manifest, write_manifest
from minimtl.study.training import Conditions
from minimtl.tasks.plan import make_problems
from minimtl.tasks.protocol import PAPER
from minimtl.tasks.readmanifest import hierarchy_of, problems_of, read_manifest
from minimtl.tasks.taskpairs import Hierarchy

# Not those of 20 Newsgroups, and not in alphabetical order.
TREE = {"z": {"y": ("d", "c"), "x": ("b", "a")}, "w": {"v": ("f", "e")}}


def test_the_problems_are_made_from_the_corpus_own_tree(tmp_path):
    rows = [(topic, f"some words of {topic}") for topic in "abcdef"]
    corpus = build_corpus("mine", "mine.tar", "0" * 64, TREE, rows, rows)
    problems = make_problems("both", PAPER, Hierarchy.from_tree(corpus.tree), n_runs=2)
    study = Study(corpus, PAPER, problems, 0, "numpy")
    conditions = Conditions(tmp_path, 1, command=["study"])
    write_manifest({**make_manifest([study], conditions), "finished": True}, tmp_path)

    manifest = read_manifest(tmp_path)
    assert hierarchy_of(manifest) == Hierarchy.from_tree(TREE)
    ((protocol, again),) = problems_of(manifest)
    assert protocol == PAPER
    expected = [(p.name, list(p.pairs), 2) for p in problems]
    assert [(p.name, list(p.pairs), p.n_runs) for p in again] == expected
    assert [len(p.pairs) for p in again] == [4, 12]
    assert again[0].pairs[0].main == ("d", "b")
