"""Makes the file of the "packaged" edition from the archive of 20 Newsgroups.

    python -m bench.packing ARCHIVE OUT

writes the file to OUT and prints its SHA-256 and that of its unpacked contents, which
`minimtl.corpora.packaged` has as constants. The same archive gives the same contents everywhere,
and the same file wherever liblzma packs as it does here; `minimtl corpus verify --corpus OUT`
compares both.
"""

import hashlib
import json
import lzma
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from minimtl.corpora.editions import Corpus, IntArray
from minimtl.corpora.newsgroups import read_newsgroups
from minimtl.corpora.packaged import (
    BEGINS_WITH_OTHER,
    ENDS_WITH_OTHER,
    FIELDS,
    PackedCounts,
    begins_with_other,
    ends_with_other,
)
from minimtl.errors import MinimtlError
from minimtl.system import write_atomically
from minimtl.text.counts import count_matrix
from minimtl.text.tokenize import whitespace_tokens

# lc, pb: bits of context from the byte before, and of the position; these pack best here. All of
# the content fits into a dictionary of 16 MB; the preset's 64 MB would only cost readers memory.
FILTERS = [
    {
        "id": lzma.FILTER_LZMA2,
        "preset": 9 | lzma.PRESET_EXTREME,
        "dict_size": 1 << 24,
        "lc": 4,
        "pb": 0,
    }
]


def count_words(corpus: Corpus) -> PackedCounts:
    """The contents of the file for a corpus of raw texts."""
    texts = corpus.train.texts + corpus.test.texts
    counts, alphabetical = count_matrix(texts, whitespace_tokens)
    n_posts_with = np.bincount(counts.indices, minlength=len(alphabetical))
    order = np.argsort(-n_posts_with, kind="stable")
    counts = counts[:, order]
    counts.sort_indices()

    numbers, sizes = counts.indices.astype(np.int64), np.diff(counts.indptr)
    before = np.append(-1, numbers[:-1])
    before[counts.indptr[:-1][sizes > 0]] = -1
    n_topics = len(corpus.topic_names)
    return PackedCounts(
        digest=corpus.digest,
        n_posts={
            name: np.bincount(partition.topics, minlength=n_topics).tolist()
            for name, partition in (("train", corpus.train), ("test", corpus.test))
        },
        words=[alphabetical[j] for j in order.tolist()],
        ends=np.array([end_bits(text) for text in texts]),
        sizes=sizes,
        gaps=numbers - before - 1,
        counts=counts.data - 1,
    )


def encode(packed: PackedCounts) -> bytes:
    """The bytes that `decode` reads; ValueError if a number does not fit."""
    words = "\n".join(packed.words).encode("latin-1")
    header = {"digest": packed.digest, "n_posts": packed.n_posts, "word_bytes": len(words)}
    parts = [json.dumps(header).encode(), b"\n", words]
    for name, _, width in FIELDS:
        values: IntArray = getattr(packed, name)
        if values.min() < 0 or values.max() >> 8 * width:
            raise ValueError(f"{name} has a number that does not fit into {width} bytes")
        parts += [(values >> 8 * k).astype(np.uint8).tobytes() for k in range(width)]
    return b"".join(parts)


def end_bits(text: str) -> int:
    """The bits that say with what `text` begins and ends."""
    begins = BEGINS_WITH_OTHER if begins_with_other(text) else 0
    return begins | (ENDS_WITH_OTHER if ends_with_other(text) else 0)


def main(arguments: Sequence[str]) -> None:
    """Pack the archive (or folder) ``arguments[0]`` into the file ``arguments[1]``."""
    if len(arguments) != 2:
        sys.exit("usage: python -m bench.packing ARCHIVE OUT")
    try:
        content = encode(count_words(read_newsgroups(Path(arguments[0]))))
    except MinimtlError as error:
        sys.exit(str(error))
    packed = lzma.compress(content, filters=FILTERS)
    write_atomically(Path(arguments[1]), packed)
    print(f"file      {hashlib.sha256(packed).hexdigest()}")
    print(f"contents  {hashlib.sha256(content).hexdigest()}")


if __name__ == "__main__":
    main(sys.argv[1:])
