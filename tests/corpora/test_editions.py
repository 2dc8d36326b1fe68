"""The digest of a corpus."""

from minimtl.corpora.archives import ContentDigest
from minimtl.corpora.editions import build_corpus

TREE = {"z": {"y": ("b", "c"), "x": ("a",)}}
TRAIN = [("a", "one"), ("b", "two"), ("c", "three")]
TEST = [("c", " \n"), ("b", "four"), ("a", "five")]


def build(train=TRAIN, test=TEST, source="here.tar.gz", tree=TREE):
    return build_corpus("bydate", source, "0" * 64, tree, train, test)


def test_the_digest_depends_on_the_content_only():
    other_tree = {"z": {"y": ("c", "b", "a")}}
    assert build(source="elsewhere", tree=other_tree).digest == build().digest


def test_the_digest_sees_every_part_of_the_content():
    upper = ([(topic.upper(), text) for topic, text in part] for part in (TRAIN, TEST))
    corpora = [
        build(),
        build(*upper, tree={"z": {"y": ("A", "B", "C")}}),
        build([*TRAIN[:2], ("c", "thref")]),
        build([("b", "one"), ("a", "two"), TRAIN[2]]),
        build(TRAIN[::-1]),
        build(TEST, TRAIN),
    ]
    assert len({corpus.digest for corpus in corpora}) == 6


def test_no_two_sequences_share_a_digest():
    def digest(*parts):
        content = ContentDigest()
        content.add(*parts)
        return content.hexdigest()

    assert digest("ab", "c") != digest("a", "bc")
    assert digest("1:a") != digest("a")
    assert digest("half \ud800") != digest("half ?")
