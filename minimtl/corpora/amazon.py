"""Amazon reviews for sentiment ("multi-domain sentiment", ``processed_acl``).

Layout: ``processed_acl/<domain>/{positive,negative}.review``, at the top or one level down. Format,
one review a line: ``token:count … #label#:positive``; a bigram is a token with ``_``; UTF-8.
Unlabelled reviews in the full archive are passed over.

Notation: n reviews of one domain, v distinct tokens in all domains together.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from minimtl.corpora.archives import (
    Place,
    contents_sha256,
    decode_utf8,
    file_sha256,
    members_of,
    placed_files,
)
from minimtl.corpora.editions import Edition
from minimtl.errors import MinimtlError

DOMAINS = ("books", "dvd", "electronics", "kitchen")
LABELS = ("negative", "positive")
LABEL_KEY = "#label#"
# The counts a line may hold; no review says one word ten thousand times. (A table, because it
# reads 1.5 million counts three times as fast as checking and converting each.)
COUNTS = {str(count): count for count in range(1, 10_000)}


@dataclass(frozen=True, eq=False)
class Reviews:
    """The labelled reviews of one domain, negative ones first.

    Attributes
    ----------
    domain : str
    counts : int64 CSR matrix (n, v): how often each token of the vocabulary stands in each review
    labels : int64 array (n,): 1 for a positive review, 0 for a negative one
    """

    domain: str
    counts: csr_matrix
    labels: npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class AmazonReviews:
    """All domains over one vocabulary.

    Attributes
    ----------
    source : str
        Name of the archive or folder.
    sha256 : str
        Of the archive's bytes, or of a folder's contents.
    vocabulary : tuple of str, length v, sorted
    domains : tuple of Reviews, by name of the domain
    """

    source: str
    sha256: str
    vocabulary: tuple[str, ...]
    domains: tuple[Reviews, ...]


def read_amazon(path: Path) -> AmazonReviews:
    """The reviews in the archive or folder `path`.

    Raises
    ------
    MinimtlError
        If `path` is damaged or hostile, lacks a file of the four domains, or a line is malformed.
    """
    files = read_files(path)
    sha256 = contents_sha256(files) if path.is_dir() else file_sha256(path)
    column: dict[str, int] = {}  # in order of first occurrence; sorted at the end
    raw = [(domain, *_domain_counts(files, domain, column)) for domain in DOMAINS]
    vocabulary = sorted(column)
    order = np.empty(len(vocabulary), dtype=np.int64)  # new place of each old column
    order[[column[token] for token in vocabulary]] = np.arange(len(vocabulary))
    domains = tuple(Reviews(domain, _matrix(rows, order), labels) for domain, rows, labels in raw)
    return AmazonReviews(path.name, sha256, tuple(vocabulary), domains)


def read_files(path: Path) -> dict[Place, bytes]:
    """The raw bytes by domain and label, sorted; raises as `read_amazon`."""
    files = placed_files(members_of(path), _place_of, path.name)
    for domain in DOMAINS:
        for label in LABELS:
            if (domain, label) not in files:
                raise MinimtlError(
                    f"{path.name} has no file {domain}/{label}.review; "
                    "give the archive processed_acl.tar.gz or the folder it unpacks to."
                )
    return dict(sorted(files.items()))


def _place_of(parts: list[str]) -> Place | None:
    """Domain and label of a member that is one of the files read, else None."""
    if len(parts) not in (2, 3) or parts[-2] not in DOMAINS:
        return None
    label, dot, suffix = parts[-1].partition(".")
    return (parts[-2], label) if dot + suffix == ".review" and label in LABELS else None


Row = tuple[list[int], list[int]]  # columns and counts of one review


def _domain_counts(
    files: dict[Place, bytes], domain: str, column: dict[str, int]
) -> tuple[list[Row], npt.NDArray[np.int64]]:
    """Rows and labels of one domain; new tokens are entered in `column`."""
    rows: list[Row] = []
    labels: list[int] = []
    for value, label in enumerate(LABELS):
        lines = _lines(files[domain, label], f"{domain}/{label}.review")
        rows += [_row(line, label, where, column) for where, line in lines]
        labels += [value] * (len(rows) - len(labels))
    return rows, np.array(labels, dtype=np.int64)


def _lines(content: bytes, place: str) -> Iterator[tuple[str, str]]:
    """Each line, and what sentences call it."""
    text = decode_utf8(content, place).removesuffix("\n")
    if not text:
        raise MinimtlError(f"{place} holds no review; get the archive again.")
    for number, line in enumerate(text.split("\n"), start=1):
        yield f"{place}, row {number},", line


def _row(line: str, label: str, where: str, column: dict[str, int]) -> Row:
    *tokens, last = line.rstrip("\r").split(" ")
    if last != f"{LABEL_KEY}:{label}":
        raise MinimtlError(f"{where} does not end in '{LABEL_KEY}:{label}'.")
    columns: list[int] = []
    counts: list[int] = []
    for item in tokens:
        token, _, count = item.rpartition(":")
        if not token or count not in COUNTS:
            raise MinimtlError(f"{where} has {item[:40]!r} where 'token:count' should stand.")
        columns.append(column.setdefault(token, len(column)))
        counts.append(COUNTS[count])
    return columns, counts


def _matrix(rows: list[Row], order: npt.NDArray[np.int64]) -> csr_matrix:
    """CSR counts with columns moved to `order`; a token that stands twice in a line is summed."""
    indptr = np.cumsum([0, *(len(columns) for columns, _ in rows)])
    indices = order[np.array([c for columns, _ in rows for c in columns], dtype=np.int64)]
    data = np.array([n for _, counts in rows for n in counts], dtype=np.int64)
    matrix = csr_matrix((data, indices, indptr), shape=(len(rows), len(order)))
    matrix.sum_duplicates()
    return matrix


# No digest of the home page's own packing is on record, so a download is known by its contents.
AMAZON = Edition(
    name="amazon",
    file_name="processed_acl.tar.gz",
    urls=("https://www.cs.jhu.edu/~mdredze/datasets/sentiment/processed_acl.tar.gz",),
    archive_sha256=None,
    contents_sha256="fdcac6d06f62d568bf521f6b6ccab5115ec27a58a161ea7b0d5967984d8df714",
    read=read_amazon,
    read_contents_sha256=lambda path: contents_sha256(read_files(path)),
)
