"""20 Newsgroups, "packaged" edition: how often each word stands in each post, in one file.

The file comes with minimtl; ``bench/packing.py`` makes it from the "bydate" archive. A word here is
what stands between white space in a post without header, footer and quotations. The three ways in
which the study cuts texts (`minimtl.text`: tokenize, whitespace_tokens, nonword_split_tokens) cut
within such words, so counts of words by each of them are exactly those of the archive's posts.
(nonword_split_tokens counts an empty word where a post begins or ends with another character than
a word character; two bits a post say so.)

=== ======================================================================
n   number of posts: training before test, by topic, in the archive's order
m   number of distinct words
c   number of pairs (post, word with a positive count)
=== ======================================================================

The file is a .xz file. Unpacked, it begins with one line of JSON: the digest of the raw texts, the
number of posts of each topic, and the number of bytes of the words. Then come the words, in
Latin-1, one a line, those in many posts first; a word's number is its place. Then the `FIELDS`.
An array of integers of k bytes is stored as k arrays of bytes, the lowest byte of all integers
first, which xz packs better. The words of a post are in ascending order of their numbers.
"""

import hashlib
import json
import lzma
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from minimtl.corpora.archives import damaged, file_sha256, starts_with, unreadable
from minimtl.corpora.editions import Corpus, Edition, IntArray, Partition
from minimtl.corpora.newsgroups import TOPIC_TREE, TOPICS
from minimtl.errors import MinimtlError

XZ_MAGIC = b"\xfd7zXZ\0"
# SHA-256 of the unpacked file: whatever is read has it, so nothing else needs to be checked.
CONTENTS_SHA256 = "872fcb608dd6fb671528d954240988a1b6223a13feca91097a96afe17ecdb9be"
MAX_BYTES = 64 << 20
# Bits of `PackedCounts.ends`: the text begins, or ends, with another than a word character. An
# empty text has neither.
BEGINS_WITH_OTHER = 1
ENDS_WITH_OTHER = 2
# Name, length by the letters above, and bytes of each array of a file.
FIELDS = (("ends", "n", 1), ("sizes", "n", 2), ("gaps", "c", 3), ("counts", "c", 2))

begins_with_other = re.compile(r"\W").match
ends_with_other = re.compile(r"\W\Z").search


class PackedCounts(NamedTuple):
    """The contents of the file.

    Attributes
    ----------
    digest : `Corpus.digest` of the raw texts.
    n_posts : {"train": number of posts of each topic, "test": the same}
    words : the m distinct words
    ends : (n,), the bits that say with what a post begins and ends
    sizes : (n,), the number of distinct words of each post
    gaps : (c,), the number of each word less that of the post's word before it less 1
    counts : (c,), how often each word stands in its post, less 1
    """

    digest: str
    n_posts: dict[str, list[int]]
    words: list[str]
    ends: IntArray
    sizes: IntArray
    gaps: IntArray
    counts: IntArray


def read_packaged(path: Path) -> Corpus:
    """The corpus in the file `path`; a text is its words in alphabetical order.

    Raises
    ------
    MinimtlError
        If `path` is damaged or is not the file of this version of minimtl.
    """
    content = unpack(path)
    if hashlib.sha256(content).hexdigest() != CONTENTS_SHA256:
        raise MinimtlError(
            f"{path} is not the file of words of this version of minimtl: install minimtl again."
        )
    packed = decode(content)
    texts = tuple(texts_of(packed))
    n_train = sum(packed.n_posts["train"])
    train, test = (
        Partition(part, np.repeat(np.arange(len(TOPICS)), packed.n_posts[name]))
        for name, part in (("train", texts[:n_train]), ("test", texts[n_train:]))
    )
    return Corpus("packaged", path.name, file_sha256(path), packed.digest, TOPIC_TREE, train, test)


def unpack(path: Path) -> bytes:
    """The unpacked content of the .xz file `path`; MinimtlError if it is damaged or too large."""
    unpacker = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=2 * MAX_BYTES)
    try:
        content = unpacker.decompress(path.read_bytes(), MAX_BYTES)
    except (lzma.LZMAError, EOFError) as error:
        raise damaged(path.name, error) from None
    except OSError as error:
        raise unreadable(path, error) from None
    if not unpacker.eof:
        raise MinimtlError(f"{path.name} is cut off, or unpacks to more than {MAX_BYTES >> 20} MB.")
    return content


def decode(content: bytes) -> PackedCounts:
    """The unpacked content of a file as arrays."""
    line, _, rest = content.partition(b"\n")
    header = json.loads(line)
    words = rest[: header["word_bytes"]].decode("latin-1").split("\n")
    lengths = {"n": sum(map(sum, header["n_posts"].values()))}
    offset = header["word_bytes"]
    arrays: dict[str, IntArray] = {}
    for name, letter, width in FIELDS:
        length = lengths[letter]
        planes = np.frombuffer(rest, np.uint8, width * length, offset).reshape(width, length)
        shifts = 8 * np.arange(width)[:, np.newaxis]
        arrays[name] = (planes.astype(np.int64) << shifts).sum(axis=0)
        offset += width * length
        if name == "sizes":
            lengths["c"] = int(arrays[name].sum())
    return PackedCounts(header["digest"], header["n_posts"], words, **arrays)


def texts_of(packed: PackedCounts) -> Iterator[str]:
    """The words of each post in alphabetical order, joined by blanks.

    Words that begin with a word character come before all others, and so a post that begins with
    one still does; where it ends with one, the last word that does so is moved to the end. Where a
    post begins or ends with another character, a blank stands there.
    """
    n_words, n_posts = len(packed.words), len(packed.sizes)
    order = sorted(
        range(n_words), key=lambda j: (bool(begins_with_other(packed.words[j])), packed.words[j])
    )
    rank = np.empty(n_words, dtype=np.int64)
    rank[order] = np.arange(n_words)
    words = np.array([packed.words[j] for j in order], dtype=object)

    post = np.repeat(np.arange(n_posts), packed.sizes)
    ranks = rank[_numbers(packed)]
    ascending = np.argsort(post * n_words + ranks, kind="stable")
    counts = packed.counts[ascending] + 1
    all_words = words[np.repeat(ranks[ascending], counts)].tolist()
    stops = np.cumsum(np.bincount(post, weights=counts, minlength=n_posts)).astype(int).tolist()
    start = 0
    for stop, bits in zip(stops, packed.ends.tolist(), strict=True):
        yield _joined(all_words[start:stop], bits)
        start = stop


def _numbers(packed: PackedCounts) -> IntArray:
    """The number of the word of each pair of a post and a word, (c,)."""
    sums = np.cumsum(packed.gaps + 1)
    starts = np.cumsum(packed.sizes) - packed.sizes
    before = np.concatenate(([0], sums))[starts]
    return sums - np.repeat(before, packed.sizes) - 1


def _joined(words: list[str], bits: int) -> str:
    if words and not bits & ENDS_WITH_OTHER:
        last = next(i for i in reversed(range(len(words))) if not ends_with_other(words[i]))
        words.append(words.pop(last))
    before = " " if bits & BEGINS_WITH_OTHER else ""
    after = " " if bits & ENDS_WITH_OTHER else ""
    return before + " ".join(words) + after


PACKAGED = Edition(
    name="packaged",
    file_name="20news-words.xz",
    archive_sha256="8cc717e6496743ddeb4ccf587200e87b56e703973b8e83b771d7670117d29d78",
    contents_sha256=CONTENTS_SHA256,
    read=read_packaged,
    read_contents_sha256=lambda path: hashlib.sha256(unpack(path)).hexdigest(),
    recognise=lambda path: starts_with(path, XZ_MAGIC),
    folder=Path(__file__).parent,
)
