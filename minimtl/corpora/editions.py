"""A corpus: texts with their topics, in two partitions, and the topics' tree; and its editions.

Notation: n documents of one partition; k topics, numbered by their place in the sorted names.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt

from minimtl.corpora.archives import ContentDigest, file_sha256
from minimtl.errors import MinimtlError

IntArray = npt.NDArray[np.int64]
Data = TypeVar("Data", covariant=True)
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
        """The number of texts of nothing but white space, as a post of quotations only is."""
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


@dataclass(frozen=True)
class Edition(Generic[Data]):
    """One edition, with everything that other modules need to know of it.

    Attributes
    ----------
    name : what ``--corpus`` calls it.
    file_name : of the file as published.
    archive_sha256 : SHA-256 of that file; None where no digest of it is on record.
    contents_sha256 : SHA-256 of what is in it, which a re-packed archive and a folder share.
    read : reads the file, or the folder it unpacks to; MinimtlError if it cannot.
    read_contents_sha256 : computes the SHA-256 of the contents of a file or folder.
    recognise : whether a path that ``--corpus`` gives seems to be of this edition and no other.
    urls : where the file is published, in the order to try.
    folder : where the file is that comes with minimtl; None if it has to be found or fetched.
    """

    name: str
    file_name: str
    archive_sha256: str | None
    contents_sha256: str
    read: Callable[[Path], Data]
    read_contents_sha256: Callable[[Path], str]
    recognise: Callable[[Path], bool] = lambda path: False
    urls: tuple[str, ...] = ()
    folder: Path | None = None

    def check(self, path: Path) -> str:
        """Say how the file or folder `path` was recognised as this edition.

        Raises
        ------
        MinimtlError
            If neither its digest nor that of its contents is the published one.
        """
        if path.is_file() and file_sha256(path) == self.archive_sha256:
            return "the file as published"
        if self.read_contents_sha256(path) == self.contents_sha256:
            return "another packing of the published contents"
        raise MinimtlError(
            f"{path} is not the published {self.name!r} edition (neither its SHA-256 nor that of "
            "its contents is right): get it again."
        )


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
