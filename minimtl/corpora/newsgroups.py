"""20 Newsgroups, "bydate" edition: an archive or a folder of one file per post.

The layout is ``20news-bydate-train/<group>/<id>`` and ``20news-bydate-test/<group>/<id>``, at the
top or one level down. Posts are Latin-1, one byte one character, so every byte decodes.
Order: training before test, groups by name, posts by name as a string (``"100"`` < ``"99"``), as
a sorted listing of the folders gives them.
"""

import os
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from minimtl.corpora.archives import file_sha256, is_hidden, tar_members
from minimtl.corpora.corpus import ContentDigest, Corpus, Partition, build_partition, require_topics
from minimtl.corpora.folders import folder_members
from minimtl.corpora.topics import TOPICS
from minimtl.errors import MinimtlError
from minimtl.text import strip_post

TRAIN_FOLDER, TEST_FOLDER = "20news-bydate-train", "20news-bydate-test"


class Post(NamedTuple):
    """One raw post, with header, and where it stands."""

    folder: str
    topic: str
    name: str
    content: bytes


def read_newsgroups(path: Path) -> Corpus:
    """The corpus in the archive or folder `path`, posts without header, footer and quotations.

    Raises
    ------
    MinimtlError
        If `path` is damaged, hostile, or lacks one of the 20 groups; if a post is empty or no text.
    """
    posts = read_posts(path)
    sha256 = contents_sha256(posts) if path.is_dir() else file_sha256(path)
    corpus = Corpus(
        edition="bydate",
        source=path.name,
        sha256=sha256,
        topic_names=TOPICS,
        train=_partition(posts, TRAIN_FOLDER),
        test=_partition(posts, TEST_FOLDER),
    )
    require_topics(corpus, TOPICS)
    return corpus


def read_posts(path: Path) -> list[Post]:
    """The raw posts of an archive or folder, in the corpus's order; raises as `read_newsgroups`."""
    members = _folder_posts(path) if path.is_dir() else tar_members(path)
    posts = sorted(
        (_checked(post, path.name) for post in _posts(members)),
        key=lambda post: (post.folder == TEST_FOLDER, post.topic, post.name),
    )
    if not posts:
        raise MinimtlError(
            f"{path.name} holds no post at {TRAIN_FOLDER}/<group>/<id>; "
            "give the archive 20news-bydate.tar.gz or the folder it unpacks to."
        )
    for first, second in pairwise(posts):
        if first[:3] == second[:3]:
            raise MinimtlError(
                f"{path.name} holds {_place(first)} twice; get the archive again, "
                "for example with 'minimtl corpus fetch'."
            )
    return posts


def contents_sha256(posts: Iterable[Post]) -> str:
    """SHA-256 of raw posts with their places: the same for any packing of the same files."""
    digest = ContentDigest()
    for post in posts:
        digest.add(*post)
    return digest.hexdigest()


def find_folder(path: Path) -> Path | None:
    """The folder that holds the two partitions: `path`, or its first sub-folder that does."""
    try:
        below = sorted(entry.name for entry in os.scandir(path) if entry.is_dir())
    except OSError:
        return None
    for folder in (path, *(path / name for name in below)):
        if (folder / TRAIN_FOLDER).is_dir():
            return folder
    return None


def _folder_posts(path: Path) -> Iterator[tuple[str, bytes]]:
    folder = find_folder(path)
    if folder is None:
        return
    for name in (TRAIN_FOLDER, TEST_FOLDER):
        if (folder / name).is_dir():
            for member, content in folder_members(folder / name):
                yield f"{name}/{member}", content


def _posts(members: Iterable[tuple[str, bytes]]) -> Iterator[Post]:
    """Those members that stand where a post stands, the two folders at the top or one down."""
    for name, content in members:
        parts = name.removeprefix("./").split("/")
        if len(parts) in (3, 4) and parts[-3] in (TRAIN_FOLDER, TEST_FOLDER):
            folder, topic, identity = parts[-3:]
            if not is_hidden(name):
                yield Post(folder, topic, identity, content)


def _checked(post: Post, place: str) -> Post:
    if post.topic not in TOPICS:
        raise MinimtlError(
            f"{_place(post)} in {place} belongs to none of the 20 groups; remove that folder."
        )
    if not post.content.strip():
        raise MinimtlError(
            f"{_place(post)} in {place} is empty, as no post of the corpus is; "
            "get the archive again, for example with 'minimtl corpus fetch'."
        )
    if b"\0" in post.content:
        raise MinimtlError(
            f"{_place(post)} in {place} holds NUL bytes, so it is no text; "
            "get the archive again, for example with 'minimtl corpus fetch'."
        )
    return post


def _place(post: Post) -> str:
    return f"{post.folder}/{post.topic}/{post.name}"


def _partition(posts: Iterable[Post], folder: str) -> Partition:
    return build_partition(
        (
            (post.topic, strip_post(post.content.decode("latin-1")))
            for post in posts
            if post.folder == folder
        ),
        TOPICS,
    )
