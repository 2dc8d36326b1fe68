"""A corpus: texts with their topics, in a training and a test partition, and the topics' tree.

Notation: n documents of one partition; k topics, numbered by their place in the sorted names.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from minimtl.errors import MinimtlError

IntArray = npt.NDArray[np.int64]
TopicTree = Mapping[str, Mapping[str, Sequence[str]]]  # {class: {subclass: topics}}


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
        Name of the edition, such as ``"bydate"``.
    source : str
        How the corpus was obtained, for people: the name of a file or folder.
    sha256 : str
        Of the archive's bytes, or of a folder's contents.
    digest : str
        SHA-256 of topics and texts in their order. Corpora with the same digest give the same
        tables.
    tree : TopicTree
        Class → subclass → topics; their order decides which topic of a task is the positive one.
    train, test : Partition
    """

    edition: str
    source: str
    sha256: str
    digest: str
    tree: TopicTree
    train: Partition
    test: Partition

    @cached_property
    def topic_names(self) -> tuple[str, ...]:
        """The k topics, sorted."""
        return sorted_topics(self.tree)


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


def sorted_topics(tree: TopicTree) -> tuple[str, ...]:
    """The topics of a tree, sorted by name."""
    return tuple(
        sorted(t for subclasses in tree.values() for topics in subclasses.values() for t in topics)
    )


def build_corpus(
    edition: str,
    source: str,
    sha256: str,
    tree: TopicTree,
    train_rows: Iterable[tuple[str, str]],
    test_rows: Iterable[tuple[str, str]],
) -> Corpus:
    """The corpus of ``(topic, text)`` rows, in their order.

    Raises
    ------
    KeyError
        If a row's topic is not in `tree`.
    MinimtlError
        Naming the source, the partition and the topics, if a topic of `tree` has no document.
    """
    names = sorted_topics(tree)
    index = {name: position for position, name in enumerate(names)}
    digest = ContentDigest()
    digest.add(*names)
    partitions = []
    for name, rows in (("training", train_rows), ("test", test_rows)):
        numbered = [(index[topic], text) for topic, text in rows]
        topics = np.array([topic for topic, _ in numbered], dtype=np.int64)
        n_documents = np.bincount(topics, minlength=len(names))
        if missing := [names[topic] for topic in np.flatnonzero(n_documents == 0)]:
            raise MinimtlError(
                f"{source} has no {name} documents of {', '.join(missing)}: the study needs every "
                "topic; get the whole corpus."
            )

        digest.add(str(len(numbered)))
        for topic, text in numbered:
            digest.add(str(topic), text)
        partitions.append(Partition(tuple(text for _, text in numbered), topics))
    train, test = partitions
    return Corpus(edition, source, sha256, digest.hexdigest(), tree, train, test)
