"""The "bydate" edition from an archive or a folder, and what is cut from its posts."""

import tarfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimtl.corpora.archives import contents_sha256
from minimtl.corpora.newsgroups import (
    BYDATE,
    TOPIC_TREE,
    TOPICS,
    read_newsgroups,
    read_posts,
    strip_footer,
    strip_header,
    strip_post,
    strip_quotes,
)
from minimtl.errors import MinimtlError

TRAIN, TEST = "20news-bydate-train", "20news-bydate-test"


def test_posts_are_cleaned_decoded_and_in_order(archive, posts):
    corpus = read_newsgroups(archive(posts))
    assert corpus.edition == "bydate"
    assert corpus.source == "archive.tar.gz"
    assert corpus.tree == TOPIC_TREE
    assert corpus.topic_names == TOPICS
    np.testing.assert_array_equal(corpus.train.topics, np.repeat(np.arange(20), 2))
    np.testing.assert_array_equal(corpus.test.topics, np.arange(20))
    # Names are strings: "100" stands before "99".
    assert corpus.train.texts[2:4] == ("comp.graphics 100 caf\xe9", "comp.graphics 99 caf\xe9")


def test_whole_posts_are_the_same_posts_in_the_same_order(archive, posts):
    path = archive(posts)
    stripped, whole = read_newsgroups(path), read_newsgroups(path, clean=str)
    for short, long in zip(stripped.train.texts, whole.train.texts, strict=True):
        assert long == f"From: ann\n\n{short}\n> quoted\n\nfooter {short.split()[1]}"
    np.testing.assert_array_equal(stripped.test.topics, whole.test.topics)


def test_archive_and_folder_agree_however_packed(archive, posts, tmp_path, unpack):
    first = read_newsgroups(archive(posts))
    deeper = {f"./20news/{name}": posts[name] for name in reversed(posts)}
    second = read_newsgroups(archive(deeper))
    folder = read_newsgroups(unpack(tmp_path / "unpacked", posts))
    below = read_newsgroups(unpack(tmp_path / "outer" / "inner", posts).parent)
    assert first.digest == second.digest == folder.digest == below.digest
    assert first.sha256 != second.sha256
    assert folder.sha256 == below.sha256 == contents_sha256(read_posts(archive(posts)))


def test_what_stands_elsewhere_is_passed_over(archive, posts):
    clutter = {"README": b"x", f"{TRAIN}/._alt.atheism": b"\0", "a/b/c/d/e": b"x"}
    hidden = {f"{TRAIN}/alt.atheism/._100": b"\0"}
    expected = read_newsgroups(archive(posts)).digest
    assert read_newsgroups(archive({**clutter, **posts, **hidden})).digest == expected


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({f"{TEST}/sci.med/7": None}, "no test documents of sci.med"),
        ({f"{TRAIN}/sci.med/{i}": None for i in (99, 100)}, "no training documents of sci.med"),
        ({f"{TEST}/sci.med/8": b" \n"}, "sci.med/8 in .* is empty"),
        ({f"{TEST}/sci.med/8": b"a\n\n\0"}, "sci.med/8 in .* holds NUL"),
        ({f"{TEST}/alt.cats/8": b"a"}, "alt.cats/8 in .* none of the 20 groups"),
    ],
)
def test_each_fault_has_its_sentence(archive, posts, change, sentence):
    changed = {k: v for k, v in {**posts, **change}.items() if v is not None}
    with pytest.raises(MinimtlError, match=sentence):
        read_newsgroups(archive(changed))


def test_nothing_like_a_corpus(tmp_path, archive):
    for path in (tmp_path, archive({"a": b"x"})):
        with pytest.raises(MinimtlError, match="holds no post at 20news-bydate-train/<group>/<id>"):
            read_newsgroups(path)


@pytest.mark.corpus
@pytest.mark.slow
def test_the_real_archive(data_dir):
    """Counts as published; contents as recognised by scikit-learn's documented sizes.

    22.055 and 13.801 MB are printed in scikit-learn's text classification example.
    """
    path = data_dir / BYDATE.file_name
    corpus = read_newsgroups(path)
    assert (len(corpus.train), len(corpus.test)) == (11_314, 7_532)
    assert np.bincount(corpus.train.topics).min() == 377
    posts = read_posts(path)
    assert contents_sha256(posts) == BYDATE.contents_sha256
    for folder, megabytes in ((TRAIN, 22.055), (TEST, 13.801)):
        texts = [text.decode("latin-1") for place, text in posts.items() if place[0] == folder]
        # Printed to three decimals; the last one of the second is rounded up there.
        assert sum(len(text.encode()) for text in texts) / 1e6 == pytest.approx(megabytes, abs=1e-3)


LINES = st.sampled_from(
    [
        *("", " ", "-", "--", " -- ", "- -", "\x0b", "\r", "a"),
        *("> a", " > a", "| a", "In article", "x In article", "Quoted from c"),
        *("Ann writes:", "he wrote: b", "writes in d", "says:", "said:"),
    ]
)
POSTS = st.one_of(st.lists(LINES, max_size=12).map("\n".join), st.text())


@pytest.fixture(scope="module")
def peer():
    return pytest.importorskip("sklearn.datasets._twenty_newsgroups")


@given(POSTS)
def test_agrees_with_scikit_learn(peer, text):
    assert strip_header(text) == peer.strip_newsgroup_header(text)
    assert strip_footer(text) == peer.strip_newsgroup_footer(text)
    assert strip_quotes(text) == peer.strip_newsgroup_quoting(text)
    assert strip_post(text) == strip_quotes(strip_footer(strip_header(text)))


@pytest.mark.corpus
def test_agrees_with_scikit_learn_on_every_real_post(peer, data_dir):
    n_posts = 0
    with tarfile.open(data_dir / "20news-bydate.tar.gz") as archive:
        for member in archive:
            if not member.isfile():
                continue
            text = archive.extractfile(member).read().decode("latin-1")
            header_gone = peer.strip_newsgroup_header(text)
            expected = peer.strip_newsgroup_quoting(peer.strip_newsgroup_footer(header_gone))
            assert strip_post(text) == expected, member.name
            n_posts += 1
    assert n_posts == 11_314 + 7_532
