"""A corpus: cleaned texts with their topics, in a training and a test partition.

Notation: n documents of one partition; k topics, numbered by their place in the sorted names.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from minimtl.errors import MinimtlError

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Partition:
    """Texts and topics of one half of a corpus.

    Attributes
    ----------
    texts : tuple of str, length n
    topics : int64 array (n,), each an index into ``Corpus.topic_names``
    """

    texts: tuple[str, ...]
    topics: IntArray

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def n_empty(self) -> int:
        """How many texts hold nothing but white space, as a post of quotations only does."""
        return sum(not text.strip() for text in self.texts)


@dataclass(frozen=True, eq=False)
class Corpus:
    """Both partitions and where they came from.

    Attributes
    ----------
    edition : str
        ``"bydate"``, ``"pypi"`` or ``"synthetic"``: scores of different editions do not compare.
    source : str
        How the corpus was obtained, for people: the name of a file or folder.
    sha256 : str
        Of the archive's bytes, or of a folder's contents.
    topic_names : tuple of str, length k, sorted
    train, test : Partition
    """

    edition: str
    source: str
    sha256: str
    topic_names: tuple[str, ...]
    train: Partition
    test: Partition

    @cached_property
    def digest(self) -> str:
        """SHA-256 (hex) of texts and topics in order: the same for an archive and its folder."""
        content = ContentDigest()
        for name in self.topic_names:
            content.add(name)
        for partition in (self.train, self.test):
            content.add(str(len(partition)))
            for text, topic in zip(partition.texts, partition.topics.tolist(), strict=True):
                content.add(str(topic), text)
        return content.hexdigest()


class ContentDigest:
    """SHA-256 of a sequence of strings, each behind its length, so that no two sequences agree."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def add(self, *parts: str | bytes) -> None:
        """Append `parts`; a str counts as its UTF-8 bytes, half a surrogate pair included."""
        for part in parts:
            encoded = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
            self._hash.update(b"%d:" % len(encoded))
            self._hash.update(encoded)

    def hexdigest(self) -> str:
        """The digest of all that was added, as 64 hexadecimal digits."""
        return self._hash.hexdigest()


def build_partition(rows: Iterable[tuple[str, str]], topic_names: Sequence[str]) -> Partition:
    """The partition of ``(topic, text)`` rows, in their order; KeyError for an unknown topic."""
    index = {name: position for position, name in enumerate(topic_names)}
    pairs = [(text, index[topic]) for topic, text in rows]
    return Partition(
        texts=tuple(text for text, _ in pairs),
        topics=np.array([topic for _, topic in pairs], dtype=np.int64),
    )


def require_topics(corpus: Corpus, needed: Iterable[str]) -> None:
    """Check that both partitions have documents of every topic in `needed`.

    Raises
    ------
    MinimtlError
        Naming the corpus, the partition, and the topics without a document.
    """
    wanted = sorted(set(needed))
    for name, partition in (("training", corpus.train), ("test", corpus.test)):
        present = {corpus.topic_names[topic] for topic in np.unique(partition.topics)}
        missing = [topic for topic in wanted if topic not in present]
        if missing:
            raise MinimtlError(
                f"{corpus.source} has no {name} documents of {', '.join(missing)}: "
                "the study needs every group; get the whole corpus with 'minimtl corpus fetch'."
            )
