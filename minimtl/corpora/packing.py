"""Makes the file of the "packaged" edition from the archive of 20 Newsgroups.

    python -m minimtl.corpora.packing ARCHIVE OUT

writes the file to OUT and prints its SHA-256 and that of its unpacked contents, which `packaged`
has as constants. The same archive gives the same contents everywhere, and the same file wherever
liblzma packs as it does here; `minimtl corpus verify --corpus OUT` compares both.
"""

import hashlib
import lzma
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from minimtl.corpora.corpus import Corpus
from minimtl.corpora.newsgroups import read_newsgroups
from minimtl.corpora.packaged import PackedCounts, encode, end_bits
from minimtl.errors import MinimtlError
from minimtl.system import write_atomically
from minimtl.text import whitespace_tokens

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
    posts = [Counter(whitespace_tokens(text)) for text in texts]
    n_posts_with = Counter(word for post in posts for word in post)
    words = sorted(n_posts_with, key=lambda word: (-n_posts_with[word], word))
    number = {word: j for j, word in enumerate(words)}
    gaps: list[int] = []
    counts: list[int] = []
    for post in posts:
        before = -1
        for j in sorted(number[word] for word in post):
            gaps.append(j - before - 1)
            counts.append(post[words[j]] - 1)
            before = j
    n_topics = len(corpus.topic_names)
    return PackedCounts(
        digest=corpus.digest,
        n_posts={
            name: np.bincount(partition.topics, minlength=n_topics).tolist()
            for name, partition in (("train", corpus.train), ("test", corpus.test))
        },
        words=words,
        ends=np.array([end_bits(text) for text in texts]),
        sizes=np.array([len(post) for post in posts]),
        gaps=np.array(gaps),
        counts=np.array(counts),
    )


def main(arguments: Sequence[str]) -> None:
    """Pack the archive (or folder) ``arguments[0]`` into the file ``arguments[1]``."""
    if len(arguments) != 2:
        sys.exit("usage: python -m minimtl.corpora.packing ARCHIVE OUT")
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
