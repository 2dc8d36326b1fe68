"""The "packaged" edition: the same counts of words as the archive's posts, and the same tables."""

import lzma
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.packing import count_words, encode, main
from minimtl.corpora import packaged
from minimtl.corpora.editions import build_corpus
from minimtl.corpora.newsgroups import BYDATE, TOPIC_TREE, TOPICS, read_newsgroups
from minimtl.corpora.packaged import PACKAGED, decode, read_packaged, texts_of
from minimtl.errors import MinimtlError
from minimtl.text.tokenize import nonword_split_tokens, tokenize, whitespace_tokens

FILE = Path(packaged.__file__).with_name(PACKAGED.file_name)


def packed_and_read(texts):
    """The texts after they were packed in a corpus that has posts of each topic, and read again."""
    rows = [(topic, "some words") for topic in TOPICS]
    train = [(TOPICS[0], text) for text in texts] + rows
    corpus = build_corpus("bydate", "here", "0" * 64, TOPIC_TREE, train, rows)
    return list(texts_of(decode(encode(count_words(corpus)))))[: len(texts)]


def assert_same_words(texts, others):
    for cut in (tokenize, whitespace_tokens, nonword_split_tokens):
        for text, other in zip(texts, others, strict=True):
            assert Counter(cut(text)) == Counter(cut(other)), (cut.__name__, text)


def test_a_text_is_its_words_in_alphabetical_order():
    texts = ["b a b", "(x) Z a", "a (x)", "", " \n", "-- b a.", "b-", "1 caf\xe9 > it's"]
    expected = ["a b b", " Z (x) a", "a (x) ", "", "  ", " a. b -- ", "b- ", "1 caf\xe9 > it's"]
    assert packed_and_read(texts) == expected


LATIN_1 = st.text(st.characters(max_codepoint=255) | st.sampled_from("aA_-. \n"), max_size=30)


@given(st.lists(LATIN_1, min_size=1, max_size=5))
def test_any_texts_keep_their_words(texts):
    assert_same_words(texts, packed_and_read(texts))


@pytest.fixture(scope="module")
def corpus():
    return read_packaged(FILE)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda content: content[:-40], "20news-words.xz is cut off"),
        (lambda content: content[:99] + b"\0" + content[100:], "20news-words.xz is damaged"),
        (lambda content: b"", "20news-words.xz is cut off"),
        (lambda content: b"no words at all, but text", "20news-words.xz is damaged"),
        (lambda content: lzma.compress(b"{}\n"), "is not the file of words of this version"),
        (lambda content: lzma.compress(bytes(packaged.MAX_BYTES + 1), preset=0), "than 64 MB"),
    ],
)
def test_each_damage_has_its_sentence(save, change, sentence):
    with pytest.raises(MinimtlError, match=sentence):
        read_packaged(save(PACKAGED.file_name, change(FILE.read_bytes())))


def test_another_packing_is_read(save, corpus):
    path = save("words", lzma.compress(packaged.unpack(FILE), preset=0))
    assert read_packaged(path).digest == corpus.digest
    assert PACKAGED.check(path) == "another packing of the published contents"


@pytest.fixture(scope="module")
def archive(data_dir):
    return data_dir / BYDATE.file_name


@pytest.mark.corpus
@pytest.mark.slow
def test_every_post_has_the_words_of_the_archive(archive, corpus):
    raw = read_newsgroups(archive)
    assert corpus.digest == raw.digest
    for name in ("train", "test"):
        one, other = getattr(raw, name), getattr(corpus, name)
        assert one.topics.tolist() == other.topics.tolist()
        assert one.n_empty == other.n_empty
        assert_same_words(one.texts, other.texts)


@pytest.mark.corpus
@pytest.mark.slow
def test_the_archive_gives_the_file_byte_for_byte(archive, tmp_path, capsys):
    main([str(archive), str(tmp_path / "words")])
    assert (tmp_path / "words").read_bytes() == FILE.read_bytes()
    assert capsys.readouterr().out.split() == [
        "file", PACKAGED.archive_sha256, "contents", PACKAGED.contents_sha256,
    ]  # fmt: skip


@pytest.mark.corpus
@pytest.mark.slow
@pytest.mark.parametrize("protocol", ["paper", "released"])
def test_both_editions_give_the_same_tables(archive, tmp_path, protocol):
    tables = []
    for corpus in ("packaged", str(archive)):
        out = tmp_path / str(len(tables))
        arguments = ["--problem", "related", "--protocol", protocol, "--pairs", "2", "--runs", "1"]
        command = [sys.executable, "-m", "minimtl", "study", "--corpus", corpus, *arguments]
        subprocess.run([*command, "--quiet", "--out", out], check=True)
        tables.append({path.name: path.read_bytes() for path in out.glob("*.csv")})
    assert {"scores.csv", "features.csv", "table1.csv"} <= tables[0].keys()
    assert tables[0] == tables[1]
