"""The Amazon reviews from an archive or a folder."""

import numpy as np
import pytest

from minimtl.corpora.amazon import AMAZON, DOMAINS, read_amazon, read_files
from minimtl.corpora.archives import contents_sha256
from minimtl.errors import MinimtlError

PLACE = "processed_acl/dvd/negative.review"


def test_counts_labels_and_vocabulary(archive, reviews):
    data = read_amazon(archive(reviews))
    good = (f"good_{domain}" for domain in DOMAINS)
    assert data.vocabulary == (*good, "negative", "positive", "the")
    assert tuple(domain.domain for domain in data.domains) == DOMAINS
    dvd = data.domains[1]
    np.testing.assert_array_equal(dvd.labels, [0, 0, 1, 1])
    # "the" stands twice in the second line, 3 + 1 times.
    expected = [[2, 0, 0, 1], [0, 1, 0, 4], [2, 0, 0, 1], [0, 0, 1, 4]]
    np.testing.assert_array_equal(dvd.counts.toarray()[:, [1, 4, 5, 6]], expected)
    assert dvd.counts.dtype == np.int64
    assert dvd.counts.has_canonical_format


def test_archive_and_folder_agree(archive, reviews, tmp_path, unpack):
    packed, folder = archive(reviews), unpack(tmp_path / "f", reviews)
    assert read_amazon(folder).vocabulary == read_amazon(packed).vocabulary
    inner = folder / "processed_acl"
    assert read_amazon(folder).sha256 == read_amazon(inner).sha256
    assert read_amazon(folder).sha256 == contents_sha256(read_files(packed))


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (b"a:1", "row 3, does not end in '#label#:negative'"),
        (b"a:1 #label#:positive", "row 3, does not end in"),
        (b"a #label#:negative", "row 3, has 'a' where 'token:count'"),
        (b":1 #label#:negative", "row 3, has ':1' where"),
        (b"a:0 #label#:negative", "row 3, has 'a:0' where"),
        (b"a:-1 #label#:negative", "row 3, has 'a:-1' where"),
        (b"a:1e9 #label#:negative", "row 3, has 'a:1e9' where"),
        (b"a:99999999999999999999 #label#:negative", "row 3, has"),
        (b"\xff:1 #label#:negative", "is not UTF-8 in line 3; save"),
        (b"a\0:1 #label#:negative", "NUL byte in line 3"),
    ],
)
def test_each_bad_line_has_its_sentence(archive, reviews, line, sentence):
    with pytest.raises(MinimtlError, match=f"^dvd/negative.review.* {sentence}"):
        read_amazon(archive({**reviews, PLACE: reviews[PLACE] + line + b"\n"}))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({PLACE: None}, r"has no file dvd/negative\.review"),
        ({PLACE: b""}, r"dvd/negative\.review holds no review"),
        ({"dvd/negative.review": b"a:1 #label#:negative\n"}, "holds dvd/negative twice"),
    ],
)
def test_missing_empty_and_doubled_files(archive, reviews, change, sentence):
    changed = {name: text for name, text in {**reviews, **change}.items() if text is not None}
    with pytest.raises(MinimtlError, match=sentence):
        read_amazon(archive(changed))


@pytest.mark.corpus
@pytest.mark.slow
def test_the_real_archive(data_dir):
    path = data_dir / AMAZON.file_name
    data = read_amazon(path)
    for domain in data.domains:
        np.testing.assert_array_equal(np.bincount(domain.labels), [1000, 1000])
        assert domain.counts.shape == (2000, len(data.vocabulary))
    assert contents_sha256(read_files(path)) == AMAZON.contents_sha256
