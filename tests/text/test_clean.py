"""The cleaning rules one by one, then against scikit-learn's on posts that try to break them."""

import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimtl.text.clean import strip_footer, strip_header, strip_post, strip_quotes

POST = """From: ann@example.org (Ann)
Subject: Re: brakes

In article <1@example.org>, Bob writes:
> Which pads?
| Old ones?

The red pads.
Carol said: no.

They last.

--
Ann, Example Motors
"""


def test_whole_post():
    assert strip_post(POST) == "\nThe red pads.\n\nThey last.\n"


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
